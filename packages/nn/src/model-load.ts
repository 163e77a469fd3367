import type { SaveMetadata } from "./callbacks/callback.ts";
import { checkOptions } from "./check.ts";
import { AumentoError } from "./errors.ts";
import { readFile, readFileIfThere } from "./files.ts";
import { type ImportOptions, importModel } from "./import/index.ts";
import { layerFromConfig } from "./layers/registry.ts";
import { type Loss, lossFromConfig } from "./losses/loss.ts";
import type { Metric, MetricName } from "./metrics/metric.ts";
import { Model, optimizerPath } from "./model.ts";
import { type CompiledConfig, FORMAT, METADATA, type ModelConfig } from "./model-export.ts";
import { buildNetwork, checkInputShape, type Network, type NetworkConfig } from "./network.ts";
import type { ModelProto, TensorProto } from "./onnx/onnx.gen.ts";
import { readModel } from "./onnx/serialize.ts";
import { onnxTypes } from "./onnx/types.ts";
import { showShape } from "./tensor.ts";

export interface LoadOptions extends ImportOptions {
  /** False: leave the model uncompiled, whatever the file says. Default true. */
  compile?: boolean;
  /** The loss the model was compiled with, where it is none of this package's. */
  loss?: Loss;
  /** The metrics it was compiled with that were given as objects. */
  metrics?: readonly Metric[];
  /** State of the optimizer: its bytes, or false to leave it out. Default: the file beside a path, where there is one. */
  optimizerState?: Uint8Array | false;
}

function refuse(source: string, why: string, cause?: unknown): never {
  throw new AumentoError("model", `${source}: ${why}`, { cause });
}

function parse<T>(source: string, proto: ModelProto, key: string): T | undefined {
  const text = proto.metadataProps.find((entry) => entry.key === key)?.value;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse(source, `its metadata "${key}" is no JSON: the file is damaged`, cause);
  }
}

function networkFromConfig({ inputShape, layers }: NetworkConfig): Network {
  return buildNetwork(
    checkInputShape(inputShape),
    layers.map(({ className, name, trainable, config, inputs, batchStatistics }) => ({
      layer: layerFromConfig(className, config, { name, trainable }),
      inputs,
      batchStatistics,
    })),
  );
}

/** The numbers of a stored weight, copied. */
function weightData(
  source: string,
  path: string,
  shape: readonly number[],
  tensor?: TensorProto,
): Float32Array {
  if (!tensor) refuse(source, `the weight ${path} is missing: its graph does not fit its description`);
  const dims = tensor.dims.map(Number);
  if (tensor.dataType !== onnxTypes.float32 || showShape(dims) !== showShape(shape))
    refuse(
      source,
      `the weight ${path} should be float32 ${showShape(shape)} and has shape ${showShape(dims)}`,
    );
  // A copy: in the file the numbers need not begin at a multiple of four bytes.
  const bytes = new Uint8Array(tensor.rawData);
  const data = bytes.byteLength ? new Float32Array(bytes.buffer) : Float32Array.from(tensor.floatData);
  if (data.length !== shape.reduce((size, side) => size * side, 1))
    refuse(source, `the weight ${path} has ${data.length} numbers; its shape is ${showShape(shape)}`);
  return data;
}

/** What the file was compiled with, as arguments of `compile`. */
function compileOptions(
  source: string,
  config: CompiledConfig,
  { loss: ownLoss, metrics = [] }: LoadOptions,
) {
  const missing = (kind: string, name: string) =>
    refuse(
      source,
      `it was compiled with a ${kind} of its own, "${name}": pass it as loadModel(…, { ${kind === "loss" ? "loss" : "metrics: […]"} }), or { compile: false }`,
    );
  const isCustom = (name: string) => config.custom.includes(name);
  const { className } = config.loss;
  const loss = isCustom(className) ? ownLoss : lossFromConfig(config.loss);
  return {
    optimizer: config.optimizer,
    loss: loss ?? missing("loss", className),
    metrics: config.metrics.map((name) =>
      isCustom(name)
        ? (metrics.find((metric) => metric.name === name) ?? missing("metric", name))
        : // A name that resolved when the file was written; `compile` checks it again.
          (name as MetricName),
    ),
  };
}

const IMPORT_OPTIONS = ["preprocessing", "inputShape", "output"] as const;

/** A file that others exported, as a model of ours. */
async function importedModel(
  proto: ModelProto,
  source: string,
  from: string | Uint8Array,
  options: LoadOptions,
) {
  const path = typeof from === "string" ? from : undefined;
  const imported = await importModel(proto, source, path, options);
  const name = path?.match(/([^/\\]+?)(\.onnx)?$/)?.[1] ?? (proto.graph?.name || "imported");
  return new Model(imported.network, {
    seed: 0,
    name,
    weights: imported.weights,
    metadata: imported.metadata,
  });
}

/**
 * A model from its ONNX file: a path, or the bytes. One that `save` wrote is compiled as it was, and goes on training
 * with its optimizer's state where that lies beside the file (`model.onnx` → `model.optimizer.bin`).
 *
 * One that others exported becomes a model of the same layers: its input is [height, width, channels] of pixels 0..255
 * where its preprocessing is known (from the JSON beside the file, `model.onnx` → `model.json`, or `preprocessing`),
 * and else whatever the file takes, with channels last. Its batch normalization stays on its running statistics.
 */
export async function loadModel(from: string | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  checkOptions("loadModel", options, ["compile", "loss", "metrics", "optimizerState", ...IMPORT_OPTIONS]);
  const source = typeof from === "string" ? from : "The model";
  const bytes = typeof from === "string" ? await readFile(from) : from;
  const proto = readModel(bytes, source);
  const config = parse<ModelConfig>(source, proto, METADATA.model);
  if (!config) return importedModel(proto, source, from, options);
  for (const name of IMPORT_OPTIONS)
    if (options[name] !== undefined)
      throw new AumentoError(
        "argument",
        `loadModel: ${name} is for files that others exported; ${source} was saved by aumento and says it itself`,
      );
  if (config.format !== FORMAT)
    refuse(source, `it was written in format ${config.format}; this version reads format ${FORMAT}`);
  const network = networkFromConfig(config.network);
  const metadata: SaveMetadata = {
    classNames: parse(source, proto, METADATA.classNames),
    preprocessing: parse(source, proto, METADATA.preprocessing),
    training: parse(source, proto, METADATA.training),
  };
  const stored = new Map(proto.graph?.initializer.map((tensor) => [tensor.name, tensor]));
  const weights = new Map(
    network.weights.map(({ path, storedShape }) => [
      path,
      weightData(source, path, storedShape, stored.get(path)),
    ]),
  );
  const model = new Model(network, { seed: config.seed, name: config.name, weights, metadata });
  if (config.compiled && options.compile !== false) {
    await model.compile(compileOptions(source, config.compiled, options));
    const beside = typeof from === "string" ? optimizerPath(from) : "The optimizer's state";
    const state =
      options.optimizerState ??
      (typeof from === "string" ? await readFileIfThere(optimizerPath(from)) : undefined);
    if (state) model.loadOptimizerState(state, beside);
  }
  return model;
}
