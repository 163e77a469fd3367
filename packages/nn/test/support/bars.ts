import type { Tensor } from "../../src/index.ts";
import { RandomStream } from "../../src/random.ts";

/** Noisy 12×12 pictures with a bright bar that stands (class 0) or lies (class 1), somewhere. */
export function bars(n: number, seed: number): { x: Tensor; y: Tensor } {
  const stream = new RandomStream(seed, "bars");
  const size = 12;
  const x = new Uint8Array(n * size * size * 3);
  const y = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const picture = x.subarray(i * size * size * 3, (i + 1) * size * size * 3);
    for (let k = 0; k < picture.length; k++) picture[k] = stream.integer(140);
    const place = stream.integer(size);
    y[i] = stream.integer(2);
    for (let k = 0; k < size; k++) {
      const at = y[i] === 0 ? k * size + place : place * size + k;
      for (let c = 0; c < 3; c++) picture[at * 3 + c] = 120 + stream.integer(120);
    }
  }
  return { x: { data: x, shape: [n, size, size, 3] }, y: { data: y, shape: [n] } };
}
