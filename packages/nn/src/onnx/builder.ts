import { create } from "@bufbuild/protobuf";
import type { EmittedAttribute, Emitter } from "../ir/emitter.ts";
import type { DataType, Shape, TensorData, TensorType } from "../ir/value.ts";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx.gen.ts";
import { onnxTypes } from "./types.ts";

const opset = 17n;
/** IR version that goes with opset 17 (onnx/docs/Versioning.md). */
const irVersion = 8n;
/** Constants up to this many bytes are compared by content, so that equal ones are written once. */
const comparedBytes = 4096;

/** A tensor's elements as ONNX stores them; a view, not a copy. */
function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function attributeProto(name: string, value: EmittedAttribute) {
  if (typeof value === "string") {
    return create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  }
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  }
  if ("float" in value) {
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  }
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.INTS,
    ints: value.map((item) => BigInt(item)),
  });
}

function valueInfo(name: string, { shape, dtype }: TensorType): ValueInfoProto {
  const dim = shape.map((extent) => ({ value: { case: "dimValue" as const, value: BigInt(extent) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: { elemType: onnxTypes[dtype], shape: { dim } } } },
  });
}

/** Collects the nodes, constants, inputs and outputs of one ONNX graph. */
export class GraphBuilder implements Emitter {
  readonly contributed: boolean;
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #made = new Map<string, string>();
  readonly #names = new Set<string>();
  readonly #domains = new Set<string>();
  /** Tensors that became outputs, by the name they had. */
  readonly #renamed = new Map<string, string>();

  constructor(options: { contributed: boolean }) {
    this.contributed = options.contributed;
  }

  /** A name that no other tensor of the graph has. */
  #name(hint: string): string {
    let name = hint;
    for (let i = 1; this.#names.has(name); i++) name = `${hint}_${i}`;
    this.#names.add(name);
    return name;
  }

  /** Keeps a name that the caller chose from being given to something else. */
  reserve(name: string): void {
    this.#names.add(name);
  }

  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, EmittedAttribute>> = {},
    domain = "",
  ): string {
    const key = JSON.stringify([type, inputs, attributes, domain]);
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const name = this.#name(type);
    this.#nodes.push(
      create(NodeProtoSchema, {
        name,
        opType: type,
        domain,
        input: [...inputs],
        output: [name],
        attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
      }),
    );
    if (domain !== "") this.#domains.add(domain);
    this.#made.set(key, name);
    return name;
  }

  constant(data: TensorData, shape: Shape, dtype: DataType): string {
    const bytes = bytesOf(data);
    const key = bytes.length <= comparedBytes ? `${dtype}[${shape}]=${bytes.join()}` : undefined;
    const made = key === undefined ? undefined : this.#made.get(key);
    if (made !== undefined) return made;
    const name = this.initializer(this.#name("constant"), data, { shape, dtype });
    if (key !== undefined) this.#made.set(key, name);
    return name;
  }

  integers(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  scalar(value: number): string {
    return this.constant(Float32Array.of(value), [], "float32");
  }

  reshape(input: string, shape: Shape): string {
    return this.node("Reshape", [input, this.integers(shape)]);
  }

  transpose(input: string, permutation: readonly number[]): string {
    return this.node("Transpose", [input], { perm: permutation });
  }

  /** Stores a tensor in the graph under the given name. */
  initializer(name: string, data: TensorData, { shape, dtype }: TensorType): string {
    this.#initializers.push(
      create(TensorProtoSchema, {
        name,
        dims: shape.map(BigInt),
        dataType: onnxTypes[dtype],
        rawData: bytesOf(data),
      }),
    );
    return name;
  }

  input(name: string, type: TensorType): string {
    this.#inputs.push(valueInfo(name, type));
    return name;
  }

  /** Declares the tensor `computed` as the output `name`: under that name where a node makes it, else by a copy. */
  output(name: string, computed: string, type: TensorType): void {
    this.#outputs.push(valueInfo(name, type));
    const current = this.#renamed.get(computed) ?? computed;
    if (current !== computed || !this.#nodes.some((node) => node.output[0] === computed)) {
      this.#nodes.push(
        create(NodeProtoSchema, { name, opType: "Identity", input: [current], output: [name] }),
      );
      return;
    }
    this.#renamed.set(computed, name);
    for (const node of this.#nodes) {
      node.input = node.input.map((input) => (input === computed ? name : input));
      node.output = node.output.map((output) => (output === computed ? name : output));
    }
  }

  /** The graph as a model; `metadata` becomes its metadata_props. */
  finish(metadata: Readonly<Record<string, string>>): ModelProto {
    const domains = [...this.#domains].sort();
    return create(ModelProtoSchema, {
      irVersion,
      producerName: "aumento",
      opsetImport: [{ domain: "", version: opset }, ...domains.map((domain) => ({ domain, version: 1n }))],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: create(GraphProtoSchema, {
        name: "aumento",
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      }),
    });
  }
}
