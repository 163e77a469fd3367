import type { Image } from "@aumento/core";
import { hashDistance, mirrored, type PerceptualHash, perceptualHash } from "./perceptual-hash.ts";

/**
 * Hashes that differ in at most so many of 64 bits are of near copies. Measured on photographs of one kind of flower
 * at 64×64: JPEG of quality 50, blur, noise and other brightness move a picture's hash by at most 8 bits, a crop or
 * shift by two pixels by 8 on the average, and the nearest of 400 pictures lies 16 or more bits from any other picture.
 */
export const nearCopyDistance = 10;

/** A training picture that a generated one looks like. */
export interface NearCopy {
  file: string;
  /** Bits, 0 to 64. */
  distance: number;
}

/** The hashes of training pictures, each also mirrored, for training may have mirrored them too. */
export class TrainingHashes {
  readonly #hashes: { file: string; hash: PerceptualHash }[] = [];

  add(file: string, image: Image): void {
    this.#hashes.push({ file, hash: perceptualHash(image) }, { file, hash: perceptualHash(mirrored(image)) });
  }

  /** The training picture that looks most like `image`, if one is within `nearCopyDistance`. */
  nearCopyOf(image: Image): NearCopy | undefined {
    const own = perceptualHash(image);
    let nearest: NearCopy | undefined;
    for (const { file, hash } of this.#hashes) {
      const distance = hashDistance(own, hash);
      if (distance <= nearCopyDistance && distance < (nearest?.distance ?? 65)) nearest = { file, distance };
    }
    return nearest;
  }
}
