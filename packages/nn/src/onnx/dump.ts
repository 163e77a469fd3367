import type { DataType } from "../ir/value.ts";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from "./onnx.gen.ts";
import { onnxTypes } from "./types.ts";

/** Constants of up to this many elements are written out. */
const shownElements = 8;

function typeName(code: number): string {
  return (Object.keys(onnxTypes) as DataType[]).find((name) => onnxTypes[name] === code) ?? `type${code}`;
}

function attributeText(attribute: AttributeProto): string {
  const types = AttributeProto_AttributeType;
  switch (attribute.type) {
    case types.INT:
      return `${attribute.name}=${attribute.i}`;
    case types.INTS:
      return `${attribute.name}=[${attribute.ints.join(", ")}]`;
    case types.FLOAT:
      return `${attribute.name}=${attribute.f.toPrecision(6)}`;
    case types.STRING:
      return `${attribute.name}="${new TextDecoder().decode(attribute.s)}"`;
    default:
      return `${attribute.name}=…`;
  }
}

function inputText({ name, type }: ValueInfoProto): string {
  if (type?.value.case !== "tensorType") return name;
  const { elemType, shape } = type.value.value;
  const extents = shape?.dim.map(({ value }) => value.value ?? "?") ?? [];
  return `${name}: ${typeName(elemType)}[${extents.join(", ")}]`;
}

/** A small constant's elements; of a big one its type and shape. */
function tensorText({ dims, dataType, rawData }: TensorProto): string {
  const size = dims.reduce((product, extent) => product * Number(extent), 1);
  const bytes = rawData.slice();
  if (size <= shownElements && dataType === onnxTypes.int64)
    return `[${new BigInt64Array(bytes.buffer).join(", ")}]`;
  if (size <= shownElements && dataType === onnxTypes.float32) {
    return `[${Array.from(new Float32Array(bytes.buffer), (value) => value.toPrecision(6)).join(", ")}]`;
  }
  return `${typeName(dataType)}[${dims.join(", ")}]`;
}

/**
 * A model as text, one node a line: the same for the same graph on every machine, for snapshots and for reading. Small
 * constants stand where they are used.
 */
export function dumpModel(model: ModelProto): string {
  const { graph } = model;
  if (!graph) return "(no graph)\n";
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensorText(tensor)]));
  const domains = model.opsetImport.map(({ domain, version }) => `${domain || "ai.onnx"} ${version}`);
  const lines = [`opset ${domains.join(", ")}`];
  for (const value of graph.input) lines.push(`input ${inputText(value)}`);
  for (const node of graph.node) {
    const operands = node.input.map((name) => constants.get(name) ?? name).join(", ");
    const attributes = node.attribute.map(attributeText).join(", ");
    const type = node.domain ? `${node.domain}:${node.opType}` : node.opType;
    lines.push(`${node.output.join(", ")} = ${type}(${operands})${attributes ? ` {${attributes}}` : ""}`);
  }
  for (const value of graph.output) lines.push(`output ${inputText(value)}`);
  return `${lines.join("\n")}\n`;
}
