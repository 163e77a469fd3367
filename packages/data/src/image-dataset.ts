import { AumentoError, show } from "./errors.ts";
import type { PictureFlow } from "./flow.ts";
import { flowFromDirectory } from "./flow-from-directory.ts";
import type { BatchOptions } from "./flow-options.ts";
import type { ClassMode } from "./labels.ts";
import type { AspectRatio } from "./resize.ts";
import type { Subset } from "./split.ts";

/** The arguments of Keras' `image_dataset_from_directory` in camelCase, and ours for what Keras has no word for. */
export interface ImageDatasetOptions
  extends Pick<
    BatchOptions,
    | "batchSize"
    | "shuffle"
    | "seed"
    | "interpolation"
    | "augment"
    | "workers"
    | "prefetch"
    | "limit"
    | "onWarning"
  > {
  /** "inferred" from the sub-folders (default), or null for none. */
  labels?: "inferred" | null;
  /** "int" (default; our "sparse"), "categorical", "binary", or null for none. */
  labelMode?: "int" | "categorical" | "binary" | null;
  /** Our `classes`. */
  classNames?: readonly string[];
  /** Only "rgb". */
  colorMode?: "rgb";
  /** [height, width]; our `targetSize`. Default [256, 256]. */
  imageSize?: readonly [number, number];
  validationSplit?: number;
  subset?: Subset;
  stratify?: boolean;
  /** Our `aspectRatio: "crop"`. */
  cropToAspectRatio?: boolean;
  /** Our `aspectRatio: "pad"`. */
  padToAspectRatio?: boolean;
}

function classModeOf(
  labels: ImageDatasetOptions["labels"],
  labelMode: ImageDatasetOptions["labelMode"],
): ClassMode {
  if (labels !== undefined && labels !== "inferred" && labels !== null) {
    throw new AumentoError("invalid-option", `labels: expected "inferred" or null, got ${show(labels)}`);
  }
  if (labels === null || labelMode === null) return "none";
  if (labelMode === undefined || labelMode === "int") return "sparse";
  if (labelMode === "categorical" || labelMode === "binary") return labelMode;
  throw new AumentoError(
    "invalid-option",
    `labelMode: expected "int", "categorical", "binary" or null, got ${show(labelMode)}`,
  );
}

function aspectRatioOf(crop: boolean | undefined, pad: boolean | undefined): AspectRatio {
  if (crop && pad) {
    throw new AumentoError(
      "invalid-option",
      "cropToAspectRatio, padToAspectRatio: expected one of them at most",
    );
  }
  return crop ? "crop" : pad ? "pad" : "stretch";
}

/**
 * `flowFromDirectory` under the argument names of Keras' `image_dataset_from_directory`: `labels` and `labelMode` for
 * `classMode`, `classNames` for `classes`, `imageSize` for `targetSize`, `cropToAspectRatio` and `padToAspectRatio`
 * for `aspectRatio`. As in Keras `shuffle` is true unless said otherwise, for the validation subset too.
 */
export function imageDatasetFromDirectory(
  dir: string,
  options: ImageDatasetOptions = {},
): Promise<PictureFlow> {
  const {
    labels,
    labelMode,
    classNames,
    colorMode,
    imageSize,
    cropToAspectRatio,
    padToAspectRatio,
    ...rest
  } = options;
  if (colorMode !== undefined && colorMode !== "rgb") {
    throw new AumentoError("invalid-option", `colorMode: expected "rgb", got ${show(colorMode)}`);
  }
  return flowFromDirectory(dir, {
    ...rest,
    shuffle: rest.shuffle ?? true,
    classMode: classModeOf(labels, labelMode),
    classes: classNames,
    targetSize: imageSize,
    aspectRatio: aspectRatioOf(cropToAspectRatio, padToAspectRatio),
  });
}
