import { posix, relative, resolve, sep } from "node:path";
import { type Dict, fromDict, type Pipeline } from "@aumento/core";
import type { KeypointFormat } from "../augmenter.ts";
import { type AnnotationFormats, type BboxFormat, bboxFormats, keypointFormats } from "../augmenter.ts";
import { OptionError } from "../errors.ts";
import { checkPath, readText } from "../files.ts";
import { type PictureFormat, pictureFormats } from "../pictures.ts";
import { resolvePipeline } from "../pipelines.ts";
import { sha256Of } from "../sha256.ts";
import { packageVersion } from "../version.ts";

/** What `augmentFolder` is asked for. */
export interface AugmentFolderOptions {
  /** A folder of pictures, with one sub-folder a class if there are classes. */
  folder: string;
  /** The folder to write into: new, empty, or holding an earlier run with the same settings, which then goes on. */
  out: string;
  /** A pipeline, or what the command line takes: a preset's name, a JSON file, a module. */
  pipeline: Pipeline | string;
  /** Variants of each picture. Either this or `balance`. */
  times?: number;
  /** As many files for each class as the largest class has. */
  balance?: boolean;
  /** Writes the pictures themselves too. Default false. */
  includeOriginal?: boolean;
  /** Share that validates, between 0 and 1: those pictures are copied to `validation/`, the others varied in `train/`. */
  validationSplit?: number;
  /** Which pictures are varied. Only "training": to vary what validates is an error that says why. */
  subset?: "training" | "validation";
  /** The same seed gives the same files. Default 123. */
  seed?: number;
  /** Default: each picture's own. */
  format?: PictureFormat;
  /** Of JPEG, WebP and AVIF, 1 to 100. Default 95. */
  quality?: number;
  /** [height, width] that pictures are resized to before the pipeline. Default: as they are. */
  size?: readonly [number, number];
  /** A folder that holds a mask for each picture, under the picture's path with any extension. */
  masks?: string;
  /** A file of boxes, keypoints and masks, as `aumento apply` takes it. */
  annotations?: string;
  /** Of boxes and keypoints, where the pipeline does not say. Default "pascal_voc" and "xy". */
  bboxFormat?: BboxFormat;
  keypointFormat?: KeypointFormat;
  /** Threads. Default: as many as the machine runs at a time. */
  workers?: number;
}

/** Everything that decides names and bytes. Plain data: the first line of a manifest. */
export interface Settings {
  seed: number;
  pipeline: Dict;
  times: number | null;
  balance: boolean;
  includeOriginal: boolean;
  validationSplit: number | null;
  format: PictureFormat | null;
  quality: number;
  size: readonly [number, number] | null;
  /** Relative to OUT. */
  masks: string | null;
  annotations: { file: string; sha256: string } | null;
  formats: AnnotationFormats;
}

/** The first line of a manifest. */
export interface Header {
  aumento: "augment";
  version: 1;
  /** The version of aumento that wrote it. */
  program: string;
  /** The folder of pictures, relative to the folder written to. */
  source: string;
  settings: Settings;
}

/** Variants of one picture, at most: what is drawn for them is noted in one piece. */
export const mostVariants = 100_000;

const invalid = (name: string, message: string) => new OptionError((called) => `${called(name)}: ${message}`);

/** A value as an error shows it: short, and a text told from a number. */
const shown = (value: unknown): string =>
  typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value)).slice(0, 60);

/** The number, if it is whole and within its limits. */
export function integer(value: number, name: string, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw invalid(name, `expected a whole number from ${min} to ${max}, got ${shown(value)}`);
  return value;
}

/** Refuses a value that is no yes or no, and none that is not there. */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean")
    throw invalid(name, `expected true or false, got ${shown(value)}`);
}

function checkSize(size: unknown): void {
  if (size === undefined) return;
  if (!Array.isArray(size) || size.length !== 2)
    throw invalid("size", `expected [height, width], such as [224, 224], got ${shown(size)}`);
  for (const extent of size) integer(extent, "size", 1, 32_768);
}

/** The definition of a pipeline, or of what the command line takes for one. */
async function dictOf(pipeline: unknown): Promise<Dict> {
  if (typeof pipeline === "string" && pipeline !== "") return (await resolvePipeline(pipeline)).dict;
  // A pipeline is a function with methods; one of another copy of @aumento/core will do.
  if (typeof pipeline === "function" && "toDict" in pipeline) return (pipeline as Pipeline).toDict();
  const hint =
    typeof pipeline === "object" && pipeline !== null ? "; A.fromDict makes one of its definition" : "";
  throw invalid("pipeline", `expected a pipeline, a preset's name, or a file, got ${shown(pipeline)}${hint}`);
}

/** A path as it is written in a manifest: relative to OUT, with forward slashes. */
export const fromOut = (out: string, path: string): string =>
  relative(resolve(out), resolve(path)).split(sep).join(posix.sep) || ".";

/** What `subset: "validation"` is answered with, and a folder that is divided already. */
export const validationStaysAsItIs =
  "validation pictures are never varied: they measure how a model does on pictures as they are, and variants of " +
  "one picture are no independent pictures";

/** Checks the options and fills in the defaults. */
export async function resolveHeader(options: AugmentFolderOptions): Promise<Header> {
  const { times, balance = false, includeOriginal = false, validationSplit, format, size } = options;
  for (const name of ["folder", "out"] as const) checkPath(name, options[name]);
  for (const name of ["masks", "annotations"] as const)
    if (options[name] !== undefined) checkPath(name, options[name]);
  for (const name of ["balance", "includeOriginal"] as const) checkBoolean(name, options[name]);
  if (options.subset === "validation") throw invalid("subset", validationStaysAsItIs);
  if (options.subset !== undefined && options.subset !== "training")
    throw invalid("subset", `expected "training", got ${JSON.stringify(options.subset)}`);
  if (balance && times !== undefined)
    throw new OptionError(
      (called) =>
        `${called("times")} and ${called("balance")}: give one; ${called("balance")} decides itself how many variants a picture gets`,
    );
  if (!balance && times === undefined)
    throw new OptionError((called) => `${called("times")} or ${called("balance")}: one of the two is needed`);
  if (times !== undefined) integer(times, "times", 1, mostVariants);
  const isShare = typeof validationSplit === "number" && validationSplit > 0 && validationSplit < 1;
  if (validationSplit !== undefined && !isShare)
    throw invalid(
      "validationSplit",
      `expected a number between 0 and 1 (both excluded), got ${shown(validationSplit)}`,
    );
  if (format !== undefined && !pictureFormats.includes(format))
    throw invalid("format", `expected one of ${pictureFormats.join(", ")}, got ${JSON.stringify(format)}`);
  checkSize(size);
  const formats = {
    bboxes: options.bboxFormat ?? "pascal_voc",
    keypoints: options.keypointFormat ?? "xy",
  };
  if (!bboxFormats.includes(formats.bboxes))
    throw invalid("bboxFormat", `expected one of ${bboxFormats.join(", ")}, got ${formats.bboxes}`);
  if (!keypointFormats.includes(formats.keypoints))
    throw invalid(
      "keypointFormat",
      `expected one of ${keypointFormats.join(", ")}, got ${formats.keypoints}`,
    );
  const { annotations } = options;
  const dict = await dictOf(options.pipeline);
  return {
    aumento: "augment",
    version: 1,
    program: packageVersion(),
    source: fromOut(options.out, options.folder),
    settings: {
      seed: integer(options.seed ?? 123, "seed", 0, Number.MAX_SAFE_INTEGER),
      pipeline: fromDict(dict).toDict(),
      times: times ?? null,
      balance,
      includeOriginal,
      validationSplit: validationSplit ?? null,
      format: format ?? null,
      quality: integer(options.quality ?? 95, "quality", 1, 100),
      size: size ? [size[0], size[1]] : null,
      masks: options.masks === undefined ? null : fromOut(options.out, options.masks),
      annotations:
        annotations === undefined
          ? null
          : {
              file: fromOut(options.out, annotations),
              sha256: sha256Of(await readText(annotations, "annotation file")),
            },
      formats,
    },
  };
}

/** What differs between two runs' settings, in words; empty where nothing does. */
export function differences(found: Header, wanted: Header): string[] {
  const flat = (header: Header): Record<string, unknown> => ({
    "aumento's version": header.program,
    folder: header.source,
    ...header.settings,
  });
  const [before, now] = [flat(found), flat(wanted)];
  return Object.keys(now).flatMap((name) => {
    const [was, is] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    if (was === is) return [];
    if (name === "pipeline") return ["another pipeline"];
    if (name === "annotations" && before[name] && now[name])
      return ["annotations that were changed or moved"];
    return [`${name} ${was}, now ${is}`];
  });
}

/** The pipeline that pictures go through: the settings' own, after a resize where a size was asked for. */
export function wholePipeline({ pipeline, size }: Settings): Dict {
  if (!size) return pipeline;
  const { __class_fullname__, p, transforms, ...rest } = pipeline.transform as Dict; // toDict wrote it
  const inner = { __class_fullname__: "Sequential", p, transforms };
  return {
    ...pipeline,
    transform: { __class_fullname__, p: 1, transforms: [resizeTo(size), inner], ...rest } as Dict,
  };
}

/** Pixels are averaged where a picture shrinks, so that fine structure does not turn into false patterns. */
function resizeTo([height, width]: readonly [number, number]): Dict {
  return { __class_fullname__: "Resize", p: 1, height, width, interpolation: 1, area_for_downscale: "image" };
}

/** The pipeline of an original: nothing, or the resize. */
export function originalPipeline(settings: Settings): Dict {
  const transform = settings.pipeline.transform as Dict; // toDict wrote it
  return wholePipeline({
    ...settings,
    pipeline: { ...settings.pipeline, transform: { ...transform, transforms: [] } },
  });
}
