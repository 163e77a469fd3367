import type { NodeProto } from "../onnx/onnx.gen.ts";

/**
 * A name of a foreign file as a path of dots. PyTorch's exporter repeats each scope within the next one
 * ("/layer4/layer4.0/conv1/Conv"); here it is said once: "layer4.0.conv1.Conv".
 */
export function dotted(name: string): string {
  let before = "";
  const path: string[] = [];
  for (const scope of name.split("/").filter((part) => part !== "")) {
    path.push(before !== "" && scope.startsWith(`${before}.`) ? scope.slice(before.length + 1) : scope);
    before = scope;
  }
  return path.join(".");
}

/** What a layer's name may not contain becomes "_". */
const allowed = (name: string): string => name.replace(/[^\w.-]+/g, "_");

/** A name of a foreign file, or the beginning of one, as layers' names have it. */
export const layerPath = (name: string): string => allowed(dotted(name));

/** Where newer exporters of PyTorch say which module a node belongs to: a list as Python prints it. */
const SCOPES = "pkg.torch.onnx.name_scopes";

/** A layer's name from its node: its scopes where the exporter tells them, else the node's or its output's name. */
export function layerName(node: NodeProto): string {
  const scopes = node.metadataProps.find(({ key }) => key === SCOPES)?.value ?? "";
  // The last one is the node's own, a number of the exporter's making.
  const module = [...scopes.matchAll(/'([^']*)'/g)].map(([, part]) => part).at(-2);
  if (module) return allowed(`${module}.${node.opType}`);
  return layerPath(node.name || node.output[0]) || allowed(node.opType);
}
