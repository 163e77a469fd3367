import { AumentoError } from "../errors.ts";
import type { ModelProto, NodeProto, TensorShapeProto, ValueInfoProto } from "../onnx/onnx.gen.ts";
import { TensorProto_DataType } from "../onnx/onnx.gen.ts";
import type { Constant } from "./constant.ts";
import { TensorReader } from "./tensors.ts";

/** Versions of the ONNX operators whose meaning the handlers know. */
const OPSETS = { from: 7, to: 26 } as const;

/** A graph of a file, checked as far as it can be without looking at single nodes. */
export interface ForeignGraph {
  readonly source: string;
  readonly opset: number;
  readonly nodes: readonly NodeProto[];
  readonly initializers: ReadonlyMap<string, Constant>;
  readonly input: ForeignInput;
  readonly outputs: readonly string[];
  /** Shapes of samples of values in between, where the file tells them whole. */
  readonly samples: ReadonlyMap<string, readonly number[]>;
  readonly tensors: TensorReader;
}

export interface ForeignInput {
  readonly name: string;
  /** Extents as the file tells them: a number, or the name of one that is open, or undefined. */
  readonly shape: readonly (number | string | undefined)[];
}

type FileShape = ForeignInput["shape"];

const shapeOf = ({ dim }: TensorShapeProto): FileShape =>
  dim.map(({ value }) => {
    if (value.case === "dimParam") return value.value || undefined;
    return value.case === "dimValue" && value.value > 0n ? Number(value.value) : undefined;
  });

/** The shape of a sample of a value, where the file tells all of it. */
function sampleOf({ type }: ValueInfoProto): readonly number[] | undefined {
  if (type?.value.case !== "tensorType" || !type.value.value.shape) return undefined;
  const sample = shapeOf(type.value.value.shape).slice(1);
  return sample.every((extent): extent is number => typeof extent === "number") ? sample : undefined;
}

function inputOf(source: string, { name, type }: ValueInfoProto): ForeignInput {
  const refuse = (why: string): never => {
    throw new AumentoError("model", `${source}: its input "${name}" ${why}`);
  };
  if (type?.value.case !== "tensorType") return refuse("is no tensor");
  const { elemType, shape } = type.value.value;
  if (elemType !== TensorProto_DataType.FLOAT)
    return refuse("is not float32; pictures and vectors of float32 are what a model takes here");
  if (!shape) return refuse("has no shape in the file");
  return { name, shape: shapeOf(shape) };
}

/** The parts of an ONNX file that others exported; `path` is where it lies, for tensors in files beside it. */
export async function readGraph(
  proto: ModelProto,
  source: string,
  path: string | undefined,
): Promise<ForeignGraph> {
  const graph = proto.graph!;
  const versions = new Map(proto.opsetImport.map(({ domain, version }) => [domain, Number(version)]));
  const opset = versions.get("") ?? versions.get("ai.onnx");
  if (opset === undefined)
    throw new AumentoError("model", `${source}: it does not say which version of the ONNX operators it uses`);
  if (opset < OPSETS.from || opset > OPSETS.to)
    throw new AumentoError(
      "model",
      `${source}: it uses opset ${opset} of ONNX; opsets ${OPSETS.from} to ${OPSETS.to} can be imported. Export it for one of these, or convert it with onnx.version_converter`,
    );
  const tensors = new TensorReader(source, path);
  const initializers = new Map<string, Constant>();
  for (const tensor of graph.initializer) initializers.set(tensor.name, await tensors.read(tensor));
  const inputs = graph.input.filter(({ name }) => !initializers.has(name));
  if (inputs.length !== 1)
    throw new AumentoError(
      "model",
      `${source}: expected a model of one input, got ${inputs.length}${inputs.length ? ` (${inputs.map(({ name }) => name).join(", ")})` : ""}`,
    );
  return {
    source,
    opset,
    nodes: graph.node,
    initializers,
    input: inputOf(source, inputs[0]),
    outputs: graph.output.map(({ name }) => name),
    samples: new Map(
      [...graph.valueInfo, ...graph.output].flatMap((value) => {
        const sample = sampleOf(value);
        return sample ? [[value.name, sample]] : [];
      }),
    ),
    tensors,
  };
}
