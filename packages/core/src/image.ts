import { AumentoError, show } from "./errors.ts";

/** Storage of pixels: uint8 (0..255), uint16 (0..65535) or float32 (0..1, or whatever Normalize made of it). */
export type PixelData = Uint8Array | Uint16Array | Float32Array;

/** Name of a pixel type. */
export type DType = "uint8" | "uint16" | "float32";

/** A picture: row-major, channels last (HWC), RGB or RGBA or grey. */
export interface Image {
  data: PixelData;
  width: number;
  height: number;
  channels: number;
}

/** Extent of a picture in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** All there is to know about a picture before its pixels. */
export interface Shape extends Size {
  readonly channels: number;
  readonly dtype: DType;
}

/**
 * What a pipeline receives and returns. `bboxes` and `keypoints` are rows of numbers in the format that the
 * pipeline's `bboxParams` and `keypointParams` name; label fields are arrays with one entry a row.
 */
export interface Sample {
  image: Image;
  mask?: Image;
  masks?: Image[];
  bboxes?: number[][];
  keypoints?: number[][];
  [field: string]: unknown;
}

/** Whether pixels are a picture's or a mask's: masks have their own interpolation, border and fill. */
export type Role = "image" | "mask";

export function dtypeOf(data: PixelData): DType {
  if (data instanceof Uint8Array) return "uint8";
  return data instanceof Uint16Array ? "uint16" : "float32";
}

/** Bytes of one value. */
export function bytesPerValue(dtype: DType): number {
  return dtype === "uint8" ? 1 : dtype === "uint16" ? 2 : 4;
}

/** The value of full white: 255, 65535 or 1. */
export function maxValue(dtype: DType): number {
  return dtype === "uint8" ? 255 : dtype === "uint16" ? 65535 : 1;
}

export function valuesIn(shape: Shape): number {
  return shape.width * shape.height * shape.channels;
}

export function byteLength(shape: Shape): number {
  return valuesIn(shape) * bytesPerValue(shape.dtype);
}

export function shapeOf(image: Image): Shape {
  return { width: image.width, height: image.height, channels: image.channels, dtype: dtypeOf(image.data) };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels && a.dtype === b.dtype;
}

export function createPixels(dtype: DType, length: number): PixelData {
  if (dtype === "uint8") return new Uint8Array(length);
  return dtype === "uint16" ? new Uint16Array(length) : new Float32Array(length);
}

/** A picture of zeros. */
export function createImage(shape: Shape): Image {
  return {
    data: createPixels(shape.dtype, valuesIn(shape)),
    width: shape.width,
    height: shape.height,
    channels: shape.channels,
  };
}

/** Rounds half to even, as C's lrint and OpenCV's cvRound do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The value as a pixel of this type: rounded half to even and clamped for integers, untouched for float32. */
export function saturate(value: number, dtype: DType): number {
  if (dtype === "float32") return value;
  const top = dtype === "uint8" ? 255 : 65535;
  if (!(value > 0)) return 0;
  return value >= top ? top : roundHalfEven(value);
}

/** Throws unless `value` is a picture; `where` names it in the message. */
export function assertImage(value: unknown, where: string): asserts value is Image {
  if (typeof value !== "object" || value === null) {
    throw new AumentoError(
      "invalid-sample",
      `${where}: expected { data, width, height, channels }, got ${show(value)}`,
    );
  }
  const image = value as Partial<Image>; // read defensively: every field is checked below
  for (const name of ["width", "height", "channels"] as const) {
    const extent = image[name];
    if (typeof extent !== "number" || !Number.isInteger(extent) || extent < 1) {
      throw new AumentoError(
        "invalid-sample",
        `${where}.${name}: expected an integer of at least 1, got ${show(extent)}`,
      );
    }
  }
  const { data } = image;
  if (!(data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array)) {
    throw new AumentoError(
      "invalid-sample",
      `${where}.data: expected a Uint8Array, Uint16Array or Float32Array, got ${show(data)}`,
    );
  }
  const expected = image.width! * image.height! * image.channels!;
  if (data.length !== expected) {
    throw new AumentoError(
      "invalid-sample",
      `${where}.data: expected ${expected} values (${image.height} x ${image.width} x ${image.channels}), got ${data.length}`,
    );
  }
}
