import { badArgument, checkChoice, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import type { Layer } from "../layers/layer.ts";
import { reorderChannels } from "../layers/reorder-channels.ts";
import { rescaling } from "../layers/rescaling.ts";

/** What an imported model takes, where its file does not tell: the "input" of the JSON beside it, or from the caller. */
export interface ModelPreprocessing {
  /** Height and width of its pictures. */
  size?: readonly [number, number];
  /** Of pixels in `range`, one number or one a channel, in the model's order of channels. Default 0. */
  mean?: number | readonly number[];
  /** What pixels less the mean are divided by, likewise. Default 1. */
  std?: number | readonly number[];
  /** What the pixels 0 and 255 are before mean and std: [0, 255] or [0, 1]. Needed with mean or std. */
  range?: readonly [number, number];
  /** Order of the axes of its input. Default: where the file has 1, 3 or 4 channels. */
  layout?: "NCHW" | "NHWC";
  /** Order of its channels. Default "RGB". */
  channelOrder?: "RGB" | "BGR";
}

const OPTIONS = ["size", "mean", "std", "range", "layout", "channelOrder"];

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((v) => Number.isFinite(v));

/** Preprocessing that a caller or a JSON gave, checked; `where` is how errors call it. */
export function checkPreprocessing(where: string, given: ModelPreprocessing): ModelPreprocessing {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    badArgument(where, `an object with ${OPTIONS.join(", ")}`, given);
  checkOptions(where, given, OPTIONS);
  const { size, mean, std, range, layout, channelOrder } = given;
  if (
    size !== undefined &&
    !(isNumbers(size) && size.length === 2 && size.every((side) => Number.isInteger(side) && side > 0))
  )
    badArgument(`${where}: size`, "[height, width] in pixels", size);
  for (const [name, value] of Object.entries({ mean, std }))
    if (value !== undefined && !Number.isFinite(value) && !isNumbers(value))
      badArgument(`${where}: ${name}`, "a number or one number a channel", value);
  if (isNumbers(mean) && isNumbers(std) && mean.length !== std.length)
    badArgument(`${where}: std`, `as many numbers as mean has (${mean.length})`, std);
  if ([std].flat().some((value) => value === 0)) badArgument(`${where}: std`, "numbers other than 0", std);
  if (range !== undefined && !(isNumbers(range) && range.length === 2 && range[0] < range[1]))
    badArgument(`${where}: range`, "[lowest, highest] of the pixels that mean and std are of", range);
  if (range === undefined && (mean !== undefined || std !== undefined))
    badArgument(`${where}: range`, "[0, 255] or [0, 1]: the pixels that mean and std are of", range);
  if (layout !== undefined) checkChoice(`${where}: layout`, layout, ["NCHW", "NHWC"]);
  if (channelOrder !== undefined) checkChoice(`${where}: channelOrder`, channelOrder, ["RGB", "BGR"]);
  return given;
}

/** The "input" of a JSON that lies beside a model; nothing where it has none. */
export function parsePreprocessing(path: string, bytes: Uint8Array): ModelPreprocessing | undefined {
  let json: { input?: ModelPreprocessing } | null;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AumentoError(
      "file",
      `${path}: it should describe the model beside it and is no JSON; mend it, or pass loadModel(…, { preprocessing })`,
      { cause },
    );
  }
  return json?.input === undefined ? undefined : checkPreprocessing(`${path}: input`, json.input);
}

/** Layers that make what an imported model takes of pixels 0..255 RGB: order of channels, then scale and offset. */
export function preprocessingLayers(
  where: string,
  { mean = 0, std = 1, range, channelOrder }: ModelPreprocessing,
  channels: number,
): Layer[] {
  const layers: Layer[] = [];
  if (channelOrder === "BGR") {
    if (channels !== 3)
      throw new AumentoError(
        "model",
        `${where}: channelOrder "BGR" needs three channels, the input has ${channels}`,
      );
    layers.push(reorderChannels([2, 1, 0], { name: "channel_order", trainable: false }));
  }
  if (range === undefined) return layers;
  const [low, high] = range;
  const each = (values: number | readonly number[], name: string): readonly number[] => {
    if (typeof values === "number") return Array<number>(channels).fill(values);
    if (values.length !== channels)
      throw new AumentoError(
        "model",
        `${where}: ${name} has ${values.length} numbers, the model's input has ${channels} channels`,
      );
    return values;
  };
  const [means, deviations] = [each(mean, "mean"), each(std, "std")];
  const scale = deviations.map((deviation) => (high - low) / 255 / deviation);
  const offset = deviations.map((deviation, i) => (low - means[i]) / deviation);
  if (scale.every((value) => value === 1) && offset.every((value) => value === 0)) return layers;
  return [...layers, rescaling(scale, { offset, name: "normalization", trainable: false })];
}
