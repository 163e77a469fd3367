import { create } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "../../src/onnx/onnx.gen.ts";
import { writeModel } from "../../src/onnx/serialize.ts";

type Attribute = number | string | readonly number[] | { float: number } | { tensor: TensorProto };

/** A node as [operator, inputs, output or outputs, attributes]. */
export type FileNode = readonly [
  op: string,
  inputs: readonly string[],
  outputs: string | readonly string[],
  attributes?: Readonly<Record<string, Attribute>>,
];

/** A file as others might have exported it. */
export interface FileDescription {
  /** Shape with the batch; text is an open extent. */
  input?: readonly (number | string)[];
  nodes: readonly FileNode[];
  tensors?: Readonly<Record<string, TensorProto>>;
  outputs?: readonly string[];
  opset?: number;
  /** Shapes of values in between, with the batch. */
  values?: Readonly<Record<string, readonly (number | string)[]>>;
}

export function floats(shape: readonly number[], data: ArrayLike<number>): TensorProto {
  const bytes = new Uint8Array(Float32Array.from(data).buffer);
  return create(TensorProtoSchema, { dims: shape.map(BigInt), dataType: DataType.FLOAT, rawData: bytes });
}

export function ints(...data: number[]): TensorProto {
  return create(TensorProtoSchema, {
    dims: [BigInt(data.length)],
    dataType: DataType.INT64,
    int64Data: data.map(BigInt),
  });
}

/** An integer without axes. */
export function int(value: number): TensorProto {
  return create(TensorProtoSchema, { dims: [], dataType: DataType.INT64, int64Data: [BigInt(value)] });
}

function attribute(name: string, value: Attribute) {
  if (typeof value === "string")
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if ("float" in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ("tensor" in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: value.tensor });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

const info = (name: string, shape?: readonly (number | string)[], elemType: number = DataType.FLOAT) =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType,
          shape: shape && {
            dim: shape.map((extent) => ({
              value:
                typeof extent === "number"
                  ? { case: "dimValue" as const, value: BigInt(extent) }
                  : { case: "dimParam" as const, value: extent },
            })),
          },
        },
      },
    },
  });

/** The model of a description, to be changed before it is written. */
export function onnxModel(description: FileDescription): ModelProto {
  const { input = ["n", 4], nodes, tensors = {}, opset = 17, values = {} } = description;
  const last = nodes.at(-1)?.[2] ?? "x";
  const outputs = description.outputs ?? [typeof last === "string" ? last : last[0]];
  return create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    graph: create(GraphProtoSchema, {
      name: "foreign",
      node: nodes.map(([opType, inputs, output, attributes = {}], i) =>
        create(NodeProtoSchema, {
          name: `${opType}_${i}`,
          opType,
          input: [...inputs],
          output: typeof output === "string" ? [output] : [...output],
          attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
        }),
      ),
      initializer: Object.entries(tensors).map(([name, tensor]) => ({ ...tensor, name })),
      input: [info("x", input)],
      output: outputs.map((name) => info(name)),
      valueInfo: Object.entries(values).map(([name, shape]) => info(name, shape)),
    }),
  });
}

export const onnxFile = (description: FileDescription): Uint8Array => writeModel(onnxModel(description));
