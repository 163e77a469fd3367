import { type NoiseKey, philox4x32 } from "../random.ts";

let table: Float32Array | undefined;

/**
 * Quantiles of the normal distribution: entry w is z with Phi(z) = (w + 1/2) / 65536. A random 16-bit word looked up
 * here is a normal number (to 4.2 standard deviations, its variance low by one in ten thousand), the same in every
 * backend.
 */
export function normalTable(): Float32Array {
  table ??= makeTable();
  return table;
}

/** Phi(z) - 1/2 and the density, by the series z + z^3/3 + z^5/15 + ... times the density. */
function cumulative(z: number): { half: number; density: number } {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return { half: sum * density, density };
}

function makeTable(): Float32Array {
  const quantiles = new Float32Array(65536);
  let z = 0.5 / 65536 / cumulative(0).density;
  for (let i = 0; i < 32768; i++) {
    const wanted = (i + 0.5) / 65536;
    // Halley's method from the entry before: the density's derivative is -z times itself.
    for (let step = 1; Math.abs(step) > 1e-9; ) {
      const { half, density } = cumulative(z);
      const newton = (half - wanted) / density;
      step = newton / (1 + (z * newton) / 2);
      z -= step;
    }
    quantiles[32768 + i] = z;
    quantiles[32767 - i] = -z;
  }
  return quantiles;
}

/** The first 32-bit words of a key's stream. */
export function randomWords(key: NoiseKey, count: number): Uint32Array {
  const words = new Uint32Array((count + 3) & ~3);
  const block = new Uint32Array(4);
  for (let n = 0; n * 4 < count; n++) {
    philox4x32([n, 0, 0, 0], key, block);
    words.set(block, 4 * n);
  }
  return words;
}

const { fround } = Math;

/** Number n is deviation * table[w] + mean for the n-th 16-bit word w of the stream, low halves first. */
export function normalNumbers(key: NoiseKey, count: number, deviation: number, mean: number): Float32Array {
  const words = randomWords(key, (count + 1) >> 1);
  const quantiles = normalTable();
  const [scale, centre] = [fround(deviation), fround(mean)];
  return Float32Array.from({ length: count }, (_, n) => {
    const word = words[n >> 1];
    const z = quantiles[n % 2 === 0 ? word & 0xffff : word >>> 16];
    return fround(fround(z * scale) + centre);
  });
}
