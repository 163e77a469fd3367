import { AumentoError } from "../errors.ts";
import { type FeatureShape, type Layer, toFeatures, toSample } from "../layers/layer.ts";
import { buildNetwork, type Network, type NetworkPart } from "../network.ts";
import type { NodeProto } from "../onnx/onnx.gen.ts";
import { didYouMean } from "../places.ts";
import type { Constant, Operand } from "./constant.ts";
import { fold, foldShape, readConstant } from "./fold.ts";
import type { LayerPlan } from "./handler.ts";
import { handlers } from "./handlers/index.ts";
import { type ImportedWeight, importedLayer } from "./layer.ts";
import { layerName } from "./names.ts";
import { NodeReader } from "./node.ts";
import type { ForeignGraph } from "./read-graph.ts";

/** Names of tensors that our own graphs have beside weights. */
const TAKEN = new Set(["input", "output", "target", "loss"]);

/** The nodes that an output depends on, in the file's order, and the values that these read. */
function neededFor(graph: ForeignGraph, output: string): { nodes: NodeProto[]; read: Set<string> } {
  const makers = new Map(graph.nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const needed = new Set<NodeProto>();
  const read = new Set([output]);
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    for (const input of maker.input)
      if (input !== "" && !read.has(input)) {
        read.add(input);
        open.push(input);
      }
  }
  return { nodes: graph.nodes.filter((node) => needed.has(node)), read };
}

/** Makes the layers of a network from the nodes of a graph, one after the other. */
class Builder {
  readonly parts: NetworkPart[] = [];
  readonly weights = new Map<string, Float32Array>();
  readonly #graph: ForeignGraph;
  readonly #read: ReadonlySet<string>;
  readonly #values = new Map<string, Operand>();
  readonly #shapes: FeatureShape[] = [];
  readonly #names = new Set<string>();
  /** Names of all tensors of the file, weights or not. */
  readonly #tensors: ReadonlySet<string>;

  constructor(
    graph: ForeignGraph,
    read: ReadonlySet<string>,
    inputShape: FeatureShape,
    first: readonly Layer[],
  ) {
    this.#graph = graph;
    this.#read = read;
    this.#tensors = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap(({ output }) => output)]);
    let shape = inputShape;
    for (const [i, layer] of first.entries()) {
      shape = layer.outputShape([shape]);
      this.#push(layer, [i - 1], shape, layer.name!);
    }
    const { name } = graph.input;
    this.#values.set(name, { kind: "dynamic", name, sample: toSample(shape), from: first.length - 1 });
    for (const [key, constant] of graph.initializers) this.#values.set(key, constant);
  }

  #push(layer: Layer, inputs: readonly number[], shape: FeatureShape, name: string): void {
    this.parts.push({ layer, inputs, name });
    this.#shapes.push(shape);
    this.#names.add(name);
  }

  value(name: string): Operand | undefined {
    return this.#values.get(name);
  }

  async add(proto: NodeProto): Promise<void> {
    const { source, opset, tensors } = this.#graph;
    const operands = proto.input.map((name) => (name === "" ? undefined : this.#values.get(name)));
    const outputs = proto.output.map((name) => (this.#read.has(name) ? name : ""));
    const told = this.#graph.samples.get(proto.output[0]);
    const [extent] = this.#graph.input.shape;
    const samples = typeof extent === "number" ? extent : undefined;
    const node = new NodeReader(proto, { source, opset, operands, outputs, told, samples });
    proto.input.forEach((name, i) => {
      if (name !== "" && !operands[i])
        node.fail(`it reads "${name}", which nothing before it makes: the file is damaged`);
    });
    if (proto.domain !== "" && proto.domain !== "ai.onnx")
      node.fail(`it is of the domain "${proto.domain}"; only the operators of ONNX itself can be imported`);
    if (proto.opType === "Constant")
      return void this.#values.set(proto.output[0], await readConstant(proto, node, tensors));
    const constants = operands.filter((operand): operand is Constant => operand?.kind === "constant");
    if (proto.opType === "Shape" || constants.length === operands.filter(Boolean).length) {
      // What only stands for another constant is one of its own, too: exporters write equal weights once in this
      // way, though training would tell them apart. Weights that are truly shared are read under one name.
      const { shape, data } = proto.opType === "Shape" ? foldShape(node) : fold(node, constants);
      const [name] = proto.output;
      return void this.#values.set(name, { kind: "constant", name, shape, data });
    }
    if (!Object.hasOwn(handlers, proto.opType))
      node.fail(`this operator cannot be imported; known are ${Object.keys(handlers).sort().join(", ")}`);
    const plans = [handlers[proto.opType].read(node)].flat();
    plans.forEach((plan, i) => {
      if (outputs[i]) this.#addLayer(proto, node, plan, outputs[i], i);
    });
  }

  #addLayer(proto: NodeProto, node: NodeReader, plan: LayerPlan, output: string, place: number): void {
    const weights = Object.entries(plan.weights ?? {}).map(([name, planned]): ImportedWeight => {
      const { constant, trainable = true, isKernel = false } = planned;
      const path = this.#pathOf(constant.name);
      this.weights.set(path, constant.data.slice());
      const [filters, channels, height, width] = constant.shape;
      const shape = isKernel ? [height, width, channels, filters] : constant.shape;
      return { name, path, shape, trainable, isKernel };
    });
    const config = { node: node.name, output, attributes: plan.attributes ?? {}, weights };
    const name = this.#freeName(place === 0 ? layerName(proto) : `${layerName(proto)}.${place}`);
    const layer = importedLayer(proto.opType, config, { name });
    const inputs = plan.inputs.map(({ from }) => from);
    let shape: FeatureShape;
    try {
      // Scalars per sample and other shapes that a model's input cannot have are fine in between.
      shape = layer.outputShape(plan.inputs.map(({ sample }) => toFeatures(sample)));
    } catch (cause) {
      throw cause instanceof AumentoError ? node.error(cause.message, cause) : cause;
    }
    const from = this.parts.length;
    this.#push(layer, inputs, shape, name);
    this.#values.set(output, { kind: "dynamic", name: output, sample: toSample(shape), from });
  }

  /** The path of a weight: its tensor's name, or one that nothing in the file has. */
  #pathOf(tensor: string): string {
    if (!TAKEN.has(tensor)) return tensor;
    let path = `${tensor}_`;
    while (this.#tensors.has(path)) path += "_";
    return path;
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}_${i}`;
    return name;
  }
}

/** The network that computes `output` (the file's first by default), with its weights in the engine's layout. */
export async function buildImported(
  graph: ForeignGraph,
  inputShape: FeatureShape,
  first: readonly Layer[],
  output = graph.outputs[0],
): Promise<{ network: Network; weights: Map<string, Float32Array> }> {
  const { nodes, read } = neededFor(graph, output);
  const builder = new Builder(graph, read, inputShape, first);
  for (const node of nodes) await builder.add(node);
  const value = builder.value(output);
  if (value?.kind !== "dynamic")
    throw new AumentoError(
      "model",
      value
        ? `${graph.source}: its output "${output}" does not depend on its input`
        : `${graph.source}: it has no output "${output}"${didYouMean(output, graph.outputs)}`,
    );
  // The output's layer must be the last: nothing that comes after it is needed for it.
  const network = buildNetwork(inputShape, builder.parts.slice(0, value.from + 1));
  return { network, weights: builder.weights };
}
