/** Files to batches: decoding, folders, splits, labels, worker threads. */
export type { Batch, BrokenPicture, EpochOptions, Tensor } from "./batch.ts";
export type { ContactSheetOptions } from "./contact-sheet.ts";
export { decodePlainJpeg } from "./decode/jpeg.ts";
export { loadSharp, tuneSharp } from "./decode/load-sharp.ts";
export { isBitmap } from "./decode/with-napi.ts";
export { encodeJpeg, type JpegPixels } from "./encode-jpeg.ts";
export { AumentoError, type ErrorCode } from "./errors.ts";
export { type DirectoryFlow, PictureFlow, type ShowDataOptions } from "./flow.ts";
export {
  flowFromDirectory,
  flowFromFiles,
  imagesFromFiles,
  type LabelledFiles,
} from "./flow-from-directory.ts";
export type { BatchOptions, DirectoryOptions } from "./flow-options.ts";
export { type BelowOptions, pictureExtensions, picturesBelow } from "./folder.ts";
export { type ImageDatasetOptions, imageDatasetFromDirectory } from "./image-dataset.ts";
export { encodeImage, type ImageFormat, loadImage, type SaveImageOptions, saveImage } from "./image-file.ts";
export type { ClassMode } from "./labels.ts";
export type { AugmentFunction, PictureFormat } from "./picture-maker.ts";
export {
  type AspectRatio,
  describePreprocessing,
  type Fit,
  fitImage,
  type Interpolation,
  type Preprocessing,
} from "./resize.ts";
export { type SplitOptions, type Subset, splitIndices } from "./split.ts";
export { type WriteOptions, writeFileAtomic } from "./write-file-atomic.ts";
