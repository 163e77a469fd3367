import { basename } from "node:path";
import { fromDict, type Pipeline } from "@aumento/core";
import type { ProgressStream } from "@aumento/nn";
import { AumentoError, OptionError, UsageError } from "../errors.ts";
import { count } from "../format.ts";
import { wholeNumber } from "../options.ts";
import { presets } from "../presets.ts";
import { changedSettings, type RunOptions } from "../run-folder.ts";
import { describePipeline } from "../run-pipeline.ts";
import { type Backbone, openBackbone } from "./backbone.ts";
import { ganArmArguments } from "./gan-arms.ts";
import { findNetwork } from "./networks.ts";
import type { Plan } from "./plan.ts";
import type { Settings, TransferSettings } from "./result.ts";

/** What `compare` and `train` take; everything but the folder has the course's value as its default. */
export interface ExperimentOptions extends RunOptions {
  /** One sub-folder a class (then a validation part is split off), or train/, validation/ and test/ of such. */
  folder: string;
  /** A preset's name, a JSON file, a TypeScript module, or a pipeline. */
  pipeline?: string | Pipeline;
  /** At most so many epochs from scratch; of `train` on a backbone, those of the head. Default 10, of a head 4. */
  epochs?: number;
  /** Default 32. */
  batchSize?: number;
  /** Width and height that pictures are resized to. Default 224. */
  imageSize?: number;
  /** Share that validates where the folder has no validation/ of its own. Default 0.2. */
  validationSplit?: number;
  /** Decides the split, the starting weights, the order and the augmentation. Default 123. */
  seed?: number;
  /** Epochs without a lower validation loss after which training stops. Default 5. */
  patience?: number;
  /** "course" (default) or "small". */
  network?: string;
  /** A pretrained network: an .onnx file, or the name of one in the cache. */
  backbone?: string;
  /** Where the backbone ends and the head begins. Default: its output "features", else what its last dense layer takes. */
  cut?: string;
  /** Train the backbone too, from this place on, after the head. Default not at all. */
  unfreeze?: string;
  /** Epochs of the head at most. Default 20, or 4 where the pipeline has more than 4 outcomes. */
  transferEpochs?: number;
  /** Epochs at most in which the backbone is trained too. Default 3. */
  unfreezeEpochs?: number;
  /** Where the progress of epochs is drawn. Default nowhere. */
  progress?: ProgressStream;
}

/**
 * Checks the options and fills in the defaults. `pipeline` is used where the options name none; `out` is the
 * experiment's folder.
 */
export async function resolveSettings(
  options: ExperimentOptions & { seeds?: number },
  out: string,
  pipeline?: string,
): Promise<{ settings: Settings; backbone: Backbone | null }> {
  const { folder, network = "course", validationSplit = 0.2 } = options;
  if (typeof folder !== "string" || folder === "") {
    throw new UsageError(`folder must be a path, got ${JSON.stringify(folder)}`);
  }
  if (!(validationSplit > 0 && validationSplit < 1)) {
    throw new OptionError(
      (called) =>
        `${called("validationSplit")} must be a number between 0 and 1 (both excluded), got ${validationSplit}`,
    );
  }
  findNetwork(network);
  const backbone = await resolveBackbone(options);
  const wanted = options.pipeline ?? pipeline;
  const described = wanted === undefined ? null : await describePipeline(wanted, out);
  const outcomes = described ? fromDict(described.definition).outcomes : 1;
  const settings: Settings = {
    folder,
    pipeline: described,
    network,
    epochs: wholeNumber("epochs", options.epochs ?? 10, 1),
    batchSize: wholeNumber("batchSize", options.batchSize ?? 32, 1),
    imageSize: wholeNumber("imageSize", options.imageSize ?? 224, 8, 4096),
    validationSplit,
    seed: wholeNumber("seed", options.seed ?? 123, 0, 2 ** 31),
    seeds: wholeNumber("seeds", options.seeds ?? 1, 1, 1000),
    patience: wholeNumber("patience", options.patience ?? 5, 0),
    optimizer: "adam",
    loss: "sparse_categorical_crossentropy",
    transfer: backbone && transferSettings(options, backbone, outcomes),
    gan: null,
  };
  return { settings, backbone };
}

async function resolveBackbone({
  backbone,
  cut,
  unfreeze,
  transferEpochs,
  unfreezeEpochs,
}: ExperimentOptions) {
  if (backbone !== undefined) return openBackbone(backbone, { cut, unfreeze });
  const needing = { cut, unfreeze, transferEpochs, unfreezeEpochs };
  for (const [name, value] of Object.entries(needing))
    if (value !== undefined)
      throw new OptionError((called) => `${called(name)} goes with ${called("backbone")}: give that, too`);
  return null;
}

/**
 * Epochs of a head unless said otherwise: its training hardly takes time, the backbone's work before it does. Pictures
 * that come again pass the backbone once for each outcome, so that with `mostOutcomes` many epochs take it no longer
 * than few of pictures that never do.
 */
const headEpochs = { many: 20, few: 4, mostOutcomes: 4 };

/** Of the head's training: its learning rate falls from this, divided by the epochs, to zero. */
const headRate = { timesEpochs: 0.02, most: 0.005 };

function transferSettings(
  options: ExperimentOptions,
  { sha256, cut, size }: Backbone,
  outcomes: number,
): TransferSettings {
  const { backbone = "", unfreeze = null } = options;
  const usual = outcomes <= headEpochs.mostOutcomes ? headEpochs.many : headEpochs.few;
  const epochs = wholeNumber("transferEpochs", options.transferEpochs ?? usual, 1);
  if (options.unfreezeEpochs !== undefined && unfreeze === null)
    throw new OptionError(
      (called) => `${called("unfreezeEpochs")} goes with ${called("unfreeze")}: give that, too`,
    );
  return {
    backbone,
    sha256,
    cut,
    size: [...size],
    epochs,
    // Dropout before the dense layer, weight decay and smoothed labels did not raise accuracy on flowers and dogs.
    learningRate: Math.min(headRate.most, headRate.timesEpochs / epochs),
    unfreeze,
    unfrozenEpochs: wholeNumber("unfreezeEpochs", options.unfreezeEpochs ?? 3, 1),
    unfrozenLearningRate: 0.00003,
  };
}

/** Pictures in another size than a backbone takes were asked for, and no network that could take them is trained. */
export function assertImageSize(
  { imageSize }: ExperimentOptions,
  { backbone, arms }: Pick<Plan, "backbone" | "arms">,
): void {
  if (!backbone || imageSize === undefined || arms.some(({ network }) => network === "plain")) return;
  const [height, width] = backbone.size;
  if (height === imageSize && width === imageSize) return;
  throw new OptionError(
    (called) =>
      `${called("imageSize")} is ${imageSize}, but backbone ${backbone.path} takes pictures of ${width}×${height}: leave it out`,
  );
}

/** The pipeline in a title: a preset's own words, a file's name. */
export function pipelineTitle(pipeline: Settings["pipeline"]): string {
  if (pipeline === null) return "no augmentation";
  if (pipeline.name === "flip") return "horizontal flip";
  return Object.hasOwn(presets, pipeline.name)
    ? `"${pipeline.name}" augmentation`
    : `augmentation ${basename(pipeline.name)}`;
}

function transferArguments(transfer: TransferSettings): string[] {
  const { backbone, cut, unfreeze, epochs, unfrozenEpochs } = transfer;
  return [
    ...["--backbone", backbone, "--cut", cut, "--transfer-epochs", String(epochs)],
    ...(unfreeze === null ? [] : ["--unfreeze", unfreeze, "--unfreeze-epochs", String(unfrozenEpochs)]),
  ];
}

/** The command that repeats an experiment with these settings. */
export function repeatArguments({ kind, settings, arms }: Plan, out: string): string[] {
  const pipeline = settings.pipeline ? ["--pipeline", settings.pipeline.name] : [];
  const scratch = arms.some(({ network }) => network === "plain")
    ? [
        ...["--network", settings.network, "--epochs", String(settings.epochs)],
        ...["--image-size", String(settings.imageSize)],
      ]
    : [];
  return [
    "aumento",
    kind,
    settings.folder,
    ...pipeline,
    ...scratch,
    ...["--batch-size", String(settings.batchSize)],
    ...["--validation-split", String(settings.validationSplit), "--seed", String(settings.seed)],
    ...(kind === "compare" ? ["--seeds", String(settings.seeds)] : []),
    ...["--patience", String(settings.patience)],
    ...(settings.transfer ? transferArguments(settings.transfer) : []),
    ...(settings.gan ? ganArmArguments(settings.gan) : []),
    ...(kind === "compare" && (settings.transfer || settings.gan)
      ? ["--arms", arms.map(({ id }) => id).join(",")]
      : []),
    ...["--out", out],
  ];
}

const transferShown = ({ backbone, sha256, cut, unfreeze, epochs, unfrozenEpochs }: TransferSettings) =>
  `${backbone} (sha256 ${sha256.slice(0, 8)}) cut at ${cut}, ${count(epochs, "epoch")}${unfreeze === null ? "" : `, then ${count(unfrozenEpochs, "epoch")} from ${unfreeze} on`}`;

const fixedEpochs =
  "epochs on a backbone cannot be added or left out: the learning rate falls to 0 over those first asked for";

/**
 * Names each setting in which an experiment is no longer what it was, with both values. More epochs of a network from
 * scratch, and a backbone or GAN that only one has, are none.
 */
export function differences(before: Settings, now: Settings): string[] {
  const common = (settings: Settings): Settings => ({
    ...settings,
    epochs: now.epochs > before.epochs ? now.epochs : settings.epochs,
    transfer: before.transfer && now.transfer && settings.transfer,
    gan: before.gan && now.gan && settings.gan,
  });
  const changed = changedSettings(common(before), common(now), (key, settings) => {
    if (key === "pipeline") return settings.pipeline?.name ?? "none";
    if (key === "transfer") return settings.transfer ? transferShown(settings.transfer) : "none";
    if (key === "gan") return settings.gan ? ganArmArguments(settings.gan).join(" ") : "none";
    return String(settings[key]);
  });
  const [{ transfer: then }, { transfer: today }] = [before, now];
  const otherEpochs =
    then && today && (then.epochs !== today.epochs || then.unfrozenEpochs !== today.unfrozenEpochs);
  return otherEpochs ? [...changed, fixedEpochs] : changed;
}

/** An error that names what must hold between a pipeline and the networks' own scaling. */
export function assertPlainPictures(
  format: { dtype: string; channels: number; height: number; width: number },
  title: string,
  [height, width]: readonly [number, number],
): void {
  if (format.dtype === "uint8" && format.channels === 3) {
    if (format.height === height && format.width === width) return;
    throw new AumentoError(
      "invalid_pipeline",
      `${title}: the pipeline makes pictures of ${format.width}×${format.height}, the network takes ${width}×${height}; leave the resizing to --image-size`,
    );
  }
  throw new AumentoError(
    "invalid_pipeline",
    `${title}: the pipeline must give RGB uint8 pictures, it gives ${format.channels} channels of ${format.dtype}; ` +
      "the network scales its input itself, so leave Normalize out",
  );
}
