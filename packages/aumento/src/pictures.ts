import { readFile } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import type { Image } from "@aumento/core";
import {
  AumentoError as DataError,
  decodePlainJpeg,
  encodeJpeg,
  isBitmap,
  loadImage,
  loadSharp,
  pictureExtensions,
  picturesBelow,
} from "@aumento/data";
import { AumentoError, messageOf } from "./errors.ts";
import { kindOf } from "./files.ts";

/** Formats that pictures are written in, with the extensions that name them. */
const extensionsOf = {
  png: [".png"],
  jpeg: [".jpg", ".jpeg", ".jpe", ".jfif"],
  webp: [".webp"],
  tiff: [".tif", ".tiff"],
  avif: [".avif"],
  gif: [".gif"],
} as const;
export type PictureFormat = keyof typeof extensionsOf;

export const pictureFormats = Object.keys(extensionsOf) as PictureFormat[]; // the record's own keys

const formatByExtension = new Map<string, PictureFormat>(
  pictureFormats.flatMap((format) => extensionsOf[format].map((extension) => [extension, format] as const)),
);

/** The format that a file's name promises; undefined for names of other things. */
export function formatOf(path: string): PictureFormat | undefined {
  return formatByExtension.get(extname(path).toLowerCase());
}

const knownExtensions: ReadonlySet<string> = new Set(pictureExtensions);

/** Whether a file's name is one of a picture that can be read: of more formats than are written. */
export const isPictureName = (path: string): boolean => knownExtensions.has(extname(path).toLowerCase());

/** The usual extension of a format, with the dot. */
export const extensionOf = (format: PictureFormat): string => extensionsOf[format][0];

/** A picture as it was read: RGB, upright, with what is needed to write its like. */
export interface ReadPicture {
  image: Image;
  /** Opacity, one channel, where the file has any. */
  alpha?: Image;
  /** The file held one channel of grey. */
  grey: boolean;
  /** The file held more than 8 bits a channel, which were reduced to 8. */
  deep: boolean;
}

/** The first line of what sharp says that says something: libvips repeats itself, and that a warning counts is ours. */
function firstLine(error: unknown): string {
  const lines = messageOf(error)
    .split(";")
    .map((line) => line.trim());
  const telling = lines.find((line) => !line.includes("treated as error due to failOn"));
  return telling ?? "the file is damaged or cut";
}

/** A file that is no picture or only a part of one. */
export function brokenPicture(path: string, error: unknown): AumentoError {
  const reason = error instanceof DataError ? error.cause : error; // its message names the file already
  return new AumentoError("invalid_input", `${path} cannot be decoded: ${firstLine(reason)}`, {
    cause: error,
  });
}

/**
 * Reads a picture as RGB uint8 with its Exif orientation applied; grey, palette, CMYK and 16-bit files are
 * converted, embedded colour profiles are converted to sRGB, an animation gives its first frame; a bitmap's alpha is
 * dropped. Throws an AumentoError naming the file where it cannot be decoded whole. `bytes` is the file's content if
 * it has been read already.
 */
export async function readPicture(path: string, bytes?: Buffer): Promise<ReadPicture> {
  try {
    const content = bytes ?? (await readFile(path));
    const plain = await decodePlainJpeg(content);
    if (plain) return { image: plain, grey: false, deep: false };
    if (isBitmap(content)) return { image: await loadImage(path), grey: false, deep: false };
    const sharp = await loadSharp();
    const source = sharp(content, { failOn: "warning" });
    const { channels, hasAlpha, depth } = await source.metadata();
    const { data, info } = await source
      .autoOrient()
      .toColourspace("srgb")
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const image: Image = { data: new Uint8Array(width * height * 3), width, height, channels: 3 };
    const alpha: Image = { data: new Uint8Array(width * height), width, height, channels: 1 };
    for (let pixel = 0, from = 0, to = 0; pixel < alpha.data.length; pixel++, from += 4, to += 3) {
      image.data[to] = data[from];
      image.data[to + 1] = data[from + 1];
      image.data[to + 2] = data[from + 2];
      alpha.data[pixel] = data[from + 3];
    }
    const grey = (channels ?? 3) <= 2;
    const deep = depth !== undefined && depth !== "uchar";
    return { image, grey, deep, ...(hasAlpha ? { alpha } : {}) };
  } catch (error) {
    throw brokenPicture(path, error);
  }
}

/** Pixels as bytes; results that are no longer bytes (after Normalize) cannot be written as a picture. */
export function pixelBytes(image: Image): Uint8Array {
  if (image.data instanceof Uint8Array) return image.data;
  throw new AumentoError(
    "invalid_pipeline",
    `the pipeline gives ${image.data.constructor.name} values, which a picture file cannot hold; leave out Normalize`,
  );
}

function isGrey({ data, channels }: Image): boolean {
  if (channels !== 3) return channels === 1;
  for (let i = 0; i < data.length; i += 3)
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

/** One plane with the three equal channels of a grey picture taken together. */
function onePlane({ data, channels }: Image): Uint8Array {
  if (data instanceof Uint8Array && channels === 1) return data;
  return Uint8Array.from({ length: data.length / channels }, (_, pixel) => data[pixel * channels]);
}

export interface EncodeOptions {
  format: PictureFormat;
  /** Quality of JPEG, WebP and AVIF, 1 to 100. */
  quality: number;
  alpha?: Image;
  /** Writes one channel if the picture is grey. */
  grey?: boolean;
  /**
   * A JPEG as cameras and OpenCV write it: colour at half the resolution and the standard's Huffman tables, in a third of
   * the time. Default: colour at full resolution from quality 90 on, tables for the picture.
   */
  quick?: boolean;
}

/** The file of a picture. PNG and TIFF keep every value; JPEG has no alpha. */
async function encodePicture(image: Image, options: EncodeOptions): Promise<Uint8Array> {
  const { format, quality, alpha, grey = false } = options;
  const bytes = pixelBytes(image);
  const { width, height } = image;
  const asGrey = grey && isGrey(image);
  const channels = asGrey ? 1 : (image.channels as 1 | 2 | 3 | 4); // pipelines give 1, 3 or 4 channels
  const data = asGrey ? onePlane(image) : bytes;
  if (format === "jpeg" && options.quick && (channels === 1 || channels === 3))
    return encodeJpeg({ data, width, height, channels }, quality);
  const sharp = await loadSharp();
  const picture = sharp(data, { raw: { width, height, channels } });
  if (channels === 1 && !alpha) picture.toColourspace("b-w");
  if (alpha && format !== "jpeg") {
    picture.joinChannel(Buffer.from(pixelBytes(alpha)), { raw: { width, height, channels: 1 } });
  }
  switch (format) {
    case "jpeg":
      return picture
        .jpeg({
          quality,
          chromaSubsampling: quality >= 90 && !options.quick ? "4:4:4" : "4:2:0",
        })
        .toBuffer();
    case "webp":
      return picture.webp({ quality }).toBuffer();
    case "avif":
      return picture.avif({ quality }).toBuffer();
    case "tiff":
      return picture.tiff({ compression: "deflate", predictor: "horizontal" }).toBuffer();
    case "gif":
      return picture.gif().toBuffer();
    case "png":
      return picture.png().toBuffer();
  }
}

/** The file of what became of the picture at `path`, which an error names. */
export async function encodeResult(path: string, image: Image, options: EncodeOptions): Promise<Uint8Array> {
  try {
    return await encodePicture(image, options);
  } catch (error) {
    if (error instanceof AumentoError) throw error;
    throw new AumentoError("invalid_input", `${path}: the result cannot be encoded: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Pictures that a path stands for. */
export interface PictureList {
  /** The folder that `files` are relative to. */
  root: string;
  /** Relative paths with forward slashes, sorted by code unit, so that indices are the same everywhere. */
  files: string[];
  /** Whether the path was a single file. */
  single: boolean;
  /** What has a picture's name and was passed over. */
  warnings: string[];
}

/**
 * Finds the pictures at a path: the file itself, or all files below a folder that have a picture's name
 * (data's `pictureExtensions`: the same that training takes). Hidden files and the folder `except` are left out.
 */
export async function listPictures(path: string, except?: string): Promise<PictureList> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new AumentoError("not_found", `no such file or folder: ${path}`);
  if (kind === "file") {
    const full = resolve(path);
    const root = join(full, "..");
    return { root, files: [relative(root, full)], single: true, warnings: [] };
  }
  const excluded = except === undefined || resolve(except) === resolve(path) ? undefined : except;
  const warnings: string[] = [];
  const files = await picturesBelow(path, { except: excluded, warnings });
  if (files.length === 0) {
    const known = pictureExtensions.join(" ");
    throw new AumentoError("invalid_input", `no pictures in ${path}${sep} (looked for ${known})`);
  }
  return { root: path, files, single: false, warnings };
}
