import type { SaveMetadata } from "../callbacks/callback.ts";
import { AumentoError } from "../errors.ts";
import { readFileIfThere } from "../files.ts";
import type { FeatureShape, Layer } from "../layers/layer.ts";
import { checkInputShape, type Network } from "../network.ts";
import type { ModelProto } from "../onnx/onnx.gen.ts";
import { showShape } from "../tensor.ts";
import { buildImported } from "./build.ts";
import { importedLayer } from "./layer.ts";
import {
  checkPreprocessing,
  type ModelPreprocessing,
  parsePreprocessing,
  preprocessingLayers,
} from "./preprocessing.ts";
import { type ForeignInput, readGraph } from "./read-graph.ts";

/** How a file that others exported is taken. */
export interface ImportOptions {
  /** What its pictures must be; by default what the JSON beside the file says (`model.onnx` → `model.json`). */
  preprocessing?: ModelPreprocessing;
  /** Shape of one sample, [height, width, channels] or [features], where the file leaves it open. */
  inputShape?: FeatureShape;
  /** Which of the file's outputs the model ends at. Default: the first. */
  output?: string;
}

/** Layout of pictures: as told, else where the channels' axis shows itself, else ONNX' usual one. */
function layoutOf({ shape }: ForeignInput, told: ModelPreprocessing["layout"]): "NCHW" | "NHWC" {
  const isChannels = (extent: unknown) => extent === 1 || extent === 3 || extent === 4;
  return told ?? (!isChannels(shape[1]) && isChannels(shape[3]) ? "NHWC" : "NCHW");
}

/** Where the facts about a model's input lie: `model.onnx` → `model.json`. */
const besideOf = (path: string): string => path.replace(/\.onnx$/, ".json");

/** How a caller can say the extents that a file leaves open: in the JSON beside it, or in the call. */
function howToSay(source: string, axes: number): string {
  const shape = axes === 3 ? "[height, width, channels]" : "[features]";
  const json = axes === 3 && source.endsWith(".onnx");
  return `${json ? `{ "input": { "size": [height, width] } } in ${besideOf(source)}, or ` : ""}loadModel(…, { inputShape: ${shape} })`;
}

interface InputPlan {
  readonly inputShape: FeatureShape;
  readonly first: readonly Layer[];
}

/** The model's input in our order of axes, and the layers that come before the file's own. */
function planInput(
  source: string,
  input: ForeignInput,
  preprocessing: ModelPreprocessing,
  given?: FeatureShape,
): InputPlan {
  const { shape, name } = input;
  const told = `${source}: its input "${name}" [${shape.map((extent) => extent ?? "?").join(", ")}]`;
  if (shape.length !== 2 && shape.length !== 4)
    throw new AumentoError("model", `${told} is neither pictures nor vectors`);
  const layout = layoutOf(input, preprocessing.layout);
  const order = layout === "NCHW" ? [2, 3, 1] : [1, 2, 3];
  const own = shape.length === 4 ? order.map((axis) => shape[axis]) : [shape[1]];
  const { size, mean } = preprocessing;
  const channels = Array.isArray(mean) ? mean.length : undefined;
  const wanted = given ?? (shape.length === 4 ? [size?.[0], size?.[1], channels] : []);
  if (given && given.length !== own.length)
    throw new AumentoError("model", `${told} takes no samples of inputShape ${showShape(given)}`);
  const inputShape = own.map((extent, i) => {
    const asked = wanted[i];
    if (typeof extent === "number") {
      if (asked !== undefined && asked !== extent)
        throw new AumentoError(
          "model",
          `${told} does not fit ${given ? `inputShape ${showShape(given)}` : `the preprocessing's ${i < 2 ? "size" : "mean"}`}: it needs ${extent}, not ${asked}`,
        );
      return extent;
    }
    if (asked === undefined)
      throw new AumentoError(
        "model",
        `${told} leaves ${extent ? `"${extent}"` : "an extent"} open: a dynamic shape that cannot be resolved. Say it: ${howToSay(source, own.length)}`,
      );
    return asked;
  });
  checkInputShape(inputShape);
  const first = preprocessingLayers(source, preprocessing, inputShape[inputShape.length - 1]);
  if (shape.length === 4 && layout === "NHWC")
    first.push(
      importedLayer(
        "Transpose",
        { node: "layout", output: "layout", attributes: { permutation: [0, 2, 3, 1] }, weights: [] },
        { name: "layout", trainable: false },
      ),
    );
  return { inputShape, first };
}

/** A model that others exported to ONNX, as a network of our own. */
export async function importModel(
  proto: ModelProto,
  source: string,
  path: string | undefined,
  options: ImportOptions,
): Promise<{ network: Network; weights: Map<string, Float32Array>; metadata: SaveMetadata }> {
  const graph = await readGraph(proto, source, path);
  const given =
    options.preprocessing && checkPreprocessing("loadModel: preprocessing", options.preprocessing);
  const beside = given || !path?.endsWith(".onnx") ? undefined : await readFileIfThere(besideOf(path));
  const preprocessing = given ?? (beside && parsePreprocessing(besideOf(path!), beside));
  const { inputShape, first } = planInput(source, graph.input, preprocessing ?? {}, options.inputShape);
  const { network, weights } = await buildImported(graph, inputShape, first, options.output);
  return {
    network,
    weights,
    metadata: preprocessing
      ? {
          preprocessing: {
            size: inputShape.slice(0, 2),
            range: [0, 255],
            layout: "NHWC",
            channelOrder: "RGB",
            backbone: preprocessing,
          },
        }
      : {},
  };
}
