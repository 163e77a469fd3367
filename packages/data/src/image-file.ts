import { extname } from "node:path";
import type { Image } from "@aumento/core";
import { decodeFile } from "./decode/decode.ts";
import { loadSharp } from "./decode/load-sharp.ts";
import { AumentoError, show } from "./errors.ts";
import { type WriteOptions, writeFileAtomic } from "./write-file-atomic.ts";

export type ImageFormat = "png" | "jpeg" | "webp";

export interface SaveImageOptions extends WriteOptions {
  /** Default by the file's extension. */
  format?: ImageFormat;
  /** 1 to 100, for JPEG and WebP. Default 90. */
  quality?: number;
}

const formatOf: Record<string, ImageFormat> = {
  ".png": "png",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".webp": "webp",
};

/**
 * Decodes a picture file to RGB uint8, its Exif orientation applied, exactly as the flows do.
 *
 * @throws AumentoError "broken-picture".
 */
export function loadImage(path: string): Promise<Image> {
  return decodeFile(path);
}

function chooseFormat(path: string, format: ImageFormat | undefined): ImageFormat {
  const extension = extname(path).toLowerCase();
  const chosen = format ?? formatOf[extension];
  if (chosen === undefined) {
    throw new AumentoError(
      "invalid-option",
      `${path}: expected a name ending in ${Object.keys(formatOf).join(", ")} or a format, got ${show(extension)}`,
    );
  }
  if (!["png", "jpeg", "webp"].includes(chosen)) {
    throw new AumentoError("invalid-option", `format: expected png, jpeg or webp, got ${show(chosen)}`);
  }
  return chosen;
}

/** The bytes of an image file. */
export async function encodeImage(
  image: Image,
  options: { format: ImageFormat; quality?: number },
): Promise<Buffer> {
  const { format, quality = 90 } = options;
  const { data, width, height, channels } = image;
  if (!(data instanceof Uint8Array)) {
    throw new AumentoError(
      "invalid-option",
      "image: expected uint8 pixels (0..255); convert it before saving",
    );
  }
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new AumentoError(
      "invalid-option",
      `quality: expected an integer from 1 to 100, got ${show(quality)}`,
    );
  }
  if (![1, 2, 3, 4].includes(channels) || data.length !== width * height * channels) {
    throw new AumentoError(
      "invalid-option",
      `image: expected ${width} x ${height} x 1 to 4 values, got ${data.length} values and ${channels} channels`,
    );
  }
  const sharp = await loadSharp();
  // The check above is the narrowing that sharp's type asks for.
  const pipeline = sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } });
  if (format === "png") return pipeline.png().toBuffer();
  return format === "jpeg" ? pipeline.jpeg({ quality }).toBuffer() : pipeline.webp({ quality }).toBuffer();
}

/**
 * Writes a uint8 picture as PNG, JPEG or WebP, by the file's extension: beside, synced, renamed.
 *
 * @throws AumentoError "cannot-write" when the file exists and `overwrite` is not set.
 */
export async function saveImage(path: string, image: Image, options: SaveImageOptions = {}): Promise<void> {
  const bytes = await encodeImage(image, {
    format: chooseFormat(path, options.format),
    quality: options.quality,
  });
  await writeFileAtomic(path, bytes, { overwrite: options.overwrite });
}
