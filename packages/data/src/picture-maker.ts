import { type Dict, fromDict, type Image, type Key, type Pipeline, type Sample } from "@aumento/core";
import { decodeFile } from "./decode/decode.ts";
import { AumentoError, messageOf, show } from "./errors.ts";
import { type Fit, fitImage } from "./resize.ts";

/** An augmentation as a plain function: a picture and its key in, a picture of the target size out. */
export type AugmentFunction = (sample: Sample, key: Key) => { image: Image };

/** What a made picture is like. */
export interface PictureFormat {
  height: number;
  width: number;
  channels: number;
  dtype: "uint8" | "float32";
}

/** Plain data that says how pictures are made, so that every thread makes the same ones. */
export interface Recipe {
  fit: Fit;
  seed: number;
  /** The pipeline's JSON form. */
  augment?: Dict;
}

export type Pixels = Uint8Array | Float32Array;

function typeName(data: Image["data"]): string {
  return data instanceof Uint8Array ? "uint8" : data instanceof Float32Array ? "float32" : "uint16";
}

function augmentationFailed(what: string, reason: string, cause?: unknown): AumentoError {
  return new AumentoError("augmentation-failed", `augment: ${what}: ${reason}`, { cause });
}

/** Makes pictures from files: decode, fit to the target size, augment. One per thread and flow. */
export class PictureMaker {
  readonly #fit: Fit;
  readonly #seed: number;
  readonly #pipeline: Pipeline | undefined;
  readonly #function: AugmentFunction | undefined;
  /** Where a picture lies between being resized and being augmented. */
  readonly #resized: Uint8Array;

  constructor(recipe: Recipe, augmentFunction?: AugmentFunction) {
    this.#fit = recipe.fit;
    this.#seed = recipe.seed;
    this.#pipeline = recipe.augment && fromDict(recipe.augment);
    this.#function = augmentFunction;
    this.#resized = new Uint8Array(recipe.fit.width * recipe.fit.height * 3);
  }

  /** Into how many different pictures a file can be made, at most; `Infinity` where that is not known. */
  get outcomes(): number {
    if (this.#function) return Number.POSITIVE_INFINITY;
    return this.#pipeline ? this.#pipeline.outcomes : 1;
  }

  /** What the pictures will be like, found out on a grey picture. */
  format(): PictureFormat {
    const { height, width } = this.#fit;
    const grey: Image = { data: new Uint8Array(height * width * 3).fill(128), width, height, channels: 3 };
    const image = this.#augment(grey, { seed: this.#seed, epoch: 0, index: 0 }, "a grey picture");
    const dtype = typeName(image.data);
    if (image.width !== width || image.height !== height || dtype === "uint16") {
      throw augmentationFailed(
        "the pipeline's output does not fit the batch",
        this.#mismatch(image, "uint8 or float32"),
      );
    }
    return { height, width, channels: image.channels, dtype: dtype === "uint8" ? "uint8" : "float32" };
  }

  /**
   * Makes one picture and writes it to `out`.
   *
   * @throws AumentoError "broken-picture" when the file cannot be decoded, "augmentation-failed" otherwise.
   */
  async make(file: string, epoch: number, index: number, out: Pixels): Promise<void> {
    const decoded = await decodeFile(file);
    if (!this.#pipeline && !this.#function && out instanceof Uint8Array) {
      fitImage(decoded, this.#fit, out);
      return;
    }
    const image = fitImage(decoded, this.#fit, this.#resized);
    const key = { seed: this.#seed, epoch, index };
    const made = this.#augmentInto(image, key, file, out);
    const { width, height } = this.#fit;
    const sameType = made.data instanceof Uint8Array === out instanceof Uint8Array;
    if (made.width !== width || made.height !== height || made.data.length !== out.length || !sameType) {
      throw augmentationFailed(file, this.#mismatch(made, `${out.length} values of ${typeName(out)}`));
    }
    if (made.data !== out) out.set(made.data);
  }

  /** Augments to `out`; where that does not fit, to memory of its own, so that the caller can tell what came. */
  #augmentInto(image: Image, key: Key, file: string, out: Pixels): Image {
    try {
      return this.#augment(image, key, file, out);
    } catch {
      return this.#augment(image, key, file);
    }
  }

  #mismatch(image: Image, values: string): string {
    const { width, height } = this.#fit;
    return (
      `expected ${height} x ${width} pixels (targetSize), ${values}, ` +
      `got ${image.height} x ${image.width} x ${image.channels} ${typeName(image.data)}`
    );
  }

  #augment(image: Image, key: Key, what: string, out?: Pixels): Image {
    if (!this.#pipeline && !this.#function) return image;
    try {
      if (this.#pipeline) return this.#pipeline({ image }, key, { out }).image;
      const result = this.#function!({ image: { ...image, data: image.data.slice() } }, key);
      if (!result?.image?.data) throw new TypeError(`expected { image }, got ${show(result)}`);
      return result.image;
    } catch (error) {
      throw augmentationFailed(what, messageOf(error), error);
    }
  }
}
