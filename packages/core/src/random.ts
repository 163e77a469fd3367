/**
 * Philox 4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3" (SC 2011). A number is a pure function of a key (64 bits) and a counter (128 bits), so a draw can be
 * made anywhere, in any order, with the same result.
 */
import { AumentoError, show } from "./errors.ts";

/** What decides every random number, together with the place of a transform in its pipeline. */
export interface Key {
  /** Any integer from 0 to 2^53 - 1. */
  seed: number;
  /** Default 0. */
  epoch?: number;
  /** The sample's stable index in its data set. Default 0. */
  index?: number;
}

/** A key for numbers that are made later, in the kernel that uses them. Plain data: two 32-bit words. */
export type NoiseKey = readonly [number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

/** Upper 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const lowHigh = aLow * bHigh;
  const highLow = aHigh * bLow;
  const middle = ((aLow * bLow) >>> 16) + (lowHigh & 0xffff) + (highLow & 0xffff);
  return (aHigh * bHigh + (lowHigh >>> 16) + (highLow >>> 16) + (middle >>> 16)) >>> 0;
}

/** One block: encrypts `counter` (four 32-bit words) under `key` (two) into `out`. */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): void {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  let k0 = key[0];
  let k1 = key[1];
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** FNV-1a, 32 bits, of a transform's place in its pipeline, such as "2.0". */
function hashPath(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Throws unless the key's parts are integers in range. */
export function assertKey(key: Key): void {
  const limits = { seed: Number.MAX_SAFE_INTEGER, epoch: 0xffffffff, index: 0xffffffff };
  for (const name of ["seed", "epoch", "index"] as const) {
    const value = key[name] ?? (name === "seed" ? undefined : 0);
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limits[name]) {
      throw new AumentoError(
        "invalid-parameter",
        `key.${name}: expected an integer from 0 to ${limits[name]}, got ${show(value)}`,
      );
    }
  }
}

/** The stream of random numbers of one place in one pipeline for one sample. */
export class Rng {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  readonly #block = new Uint32Array(4);
  #used = 4;

  constructor(key: Key, path: string) {
    this.#key = Uint32Array.of(key.seed >>> 0, Math.floor(key.seed / 2 ** 32));
    this.#counter = Uint32Array.of(0, hashPath(path), key.index ?? 0, key.epoch ?? 0);
  }

  /** The next 32 random bits. */
  word(): number {
    if (this.#used === 4) {
      philox4x32(this.#counter, this.#key, this.#block);
      this.#counter[0]++;
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /** Uniform in [low, high); a pair may be given as one argument. Default [0, 1). 53 random bits. */
  uniform(range?: number | readonly [number, number], high?: number): number {
    const [from, to] = typeof range === "object" ? range : [range ?? 0, high ?? 1];
    const unit = ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
    return from + (to - from) * unit;
  }

  /** A uniform integer from low to high, both included; a pair may be given as one argument. */
  integer(range: number | readonly [number, number], high?: number): number {
    const [from, to] = typeof range === "object" ? range : [range, high ?? range];
    return from + Math.floor(this.uniform() * (to - from + 1));
  }

  /** True with probability p. */
  boolean(p = 0.5): boolean {
    return this.uniform() < p;
  }

  /** A normally distributed number (Box and Muller's transform, one of the pair). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** One of the values; with weights, in their proportion. */
  choice<T>(values: readonly T[], weights?: readonly number[]): T {
    if (!weights) return values[this.integer(0, values.length - 1)];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let rest = this.uniform() * total;
    for (let i = 0; i < values.length; i++) {
      rest -= weights[i];
      if (rest < 0) return values[i];
    }
    // Rounding may leave a rest of exactly zero: the last value that has a weight is meant.
    return values[weights.findLastIndex((weight) => weight > 0)];
  }

  /** A new array with the values in random order (Fisher and Yates). */
  shuffle<T>(values: readonly T[]): T[] {
    const result = [...values];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }

  /** A key for a kernel that makes its own numbers: `philox4x32([n, 0, 0, 0], key)` for n = 0, 1, 2, ... */
  noiseKey(): NoiseKey {
    return [this.word(), this.word()];
  }
}
