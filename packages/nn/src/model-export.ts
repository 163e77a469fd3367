import type { SaveMetadata } from "./callbacks/callback.ts";
import { AumentoError } from "./errors.ts";
import type { Value } from "./ir/value.ts";
import { type LossConfig, lossConfig } from "./losses/loss.ts";
import { forward, type Network, type NetworkConfig, networkConfig } from "./network.ts";
import { compileModel } from "./onnx/compile.ts";
import type { ValueInfoProto } from "./onnx/onnx.gen.ts";
import { writeModel } from "./onnx/serialize.ts";
import { input } from "./ops/index.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import { channelsFirst, channelsLast, INPUT, OUTPUT } from "./train/graph.ts";

/** Version of what `aumento.model` holds; a file of a later one is refused. */
export const FORMAT = 1;

/** Keys of the ONNX file's metadata_props; each value is JSON. */
export const METADATA = {
  model: "aumento.model",
  classNames: "aumento.classNames",
  preprocessing: "aumento.preprocessing",
  training: "aumento.training",
} as const;

/** How a model was compiled, as a file says it. What a caller made itself is there by name only. */
export interface CompiledConfig {
  optimizer: Optimizer;
  loss: LossConfig;
  metrics: readonly string[];
  /** Names of the losses and metrics that were given as objects. */
  custom: readonly string[];
}

/** The value of `aumento.model`. */
export interface ModelConfig {
  format: number;
  name: string;
  seed: number;
  network: NetworkConfig;
  compiled?: CompiledConfig;
}

/** What is needed of a model to write it. */
export interface ExportedModel {
  name: string;
  seed: number;
  network: Network;
  compiled?: {
    readonly optimizer: Optimizer;
    readonly loss: Parameters<typeof lossConfig>[0];
    readonly metrics: readonly { name: string }[];
    readonly custom: readonly string[];
  };
  weight(path: string): Float32Array;
}

/** Says that the outermost extent is open. */
function openBatch(info: ValueInfoProto): void {
  const type = info.type?.value;
  if (type?.case !== "tensorType" || !type.value.shape) return;
  type.value.shape.dim[0].value = { case: "dimParam", value: "batch" };
}

function json(key: string, value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new AumentoError("argument", `save: ${key} cannot be written as JSON`, { cause });
  }
  throw new AumentoError("argument", `save: ${key} cannot be written as JSON`);
}

/** Whether there is a name for each output, or two for one output. */
export function namesFit(names: readonly string[], output: readonly number[]): boolean {
  const outputs = output.at(-1);
  return names.length === outputs || (outputs === 1 && names.length === 2);
}

function checkClassNames({ network }: ExportedModel, names: readonly string[]): void {
  const outputs = network.outputShape.at(-1);
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    throw new AumentoError("argument", "save: classNames must be a list of strings");
  if (!namesFit(names, network.outputShape))
    throw new AumentoError(
      "argument",
      `save: there are ${names.length} classNames (${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}), the model has ${outputs} outputs`,
    );
}

/** A model as the bytes of a plain ONNX file: `input` [batch, …] to `output` [batch, …], weights inside. */
export function exportModel(model: ExportedModel, metadata: SaveMetadata): Uint8Array {
  const { network, compiled } = model;
  const weights = new Map<string, Value>();
  const x = input(INPUT, [1, ...network.inputShape]);
  const output = forward(network, channelsFirst(x), { training: false, weights });
  const config: ModelConfig = {
    format: FORMAT,
    name: model.name,
    seed: model.seed,
    network: networkConfig(network),
    compiled: compiled && {
      optimizer: compiled.optimizer,
      loss: lossConfig(compiled.loss),
      metrics: compiled.metrics.map(({ name }) => name),
      custom: compiled.custom,
    },
  };
  const props: Record<string, string> = { [METADATA.model]: JSON.stringify(config) };
  for (const key of ["classNames", "preprocessing", "training"] as const)
    if (metadata[key] !== undefined) props[METADATA[key]] = json(key, metadata[key]);
  if (metadata.classNames) checkClassNames(model, metadata.classNames);
  const proto = compileModel({
    inputs: [x],
    outputs: { [OUTPUT]: channelsLast(output) },
    weights: new Map([...weights].map(([path, value]) => [value, model.weight(path)])),
    portable: true,
    metadata: props,
  });
  for (const info of [...proto.graph!.input, ...proto.graph!.output]) openBatch(info);
  return writeModel(proto);
}
