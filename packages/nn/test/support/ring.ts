import type { BatchSource, Tensor } from "../../src/index.ts";
import { RandomStream } from "../../src/random.ts";

/** Deviation of each of the eight Gaussians on a circle of radius 1. */
export const DEVIATION = 0.05;

/** `n` points of eight Gaussians on a circle, new ones in each epoch. */
export function ring(n: number, batchSize: number, seed: number): BatchSource {
  return {
    n,
    length: n / batchSize,
    batchSize,
    async *epoch(epoch) {
      const stream = new RandomStream(seed, `ring/${epoch}`);
      for (let batch = 0; batch < n / batchSize; batch++) {
        const data = new Float32Array(2 * batchSize);
        for (let i = 0; i < data.length; i += 2) {
          const angle = (stream.integer(8) * Math.PI) / 4;
          data[i] = Math.cos(angle) + DEVIATION * stream.normal();
          data[i + 1] = Math.sin(angle) + DEVIATION * stream.normal();
        }
        yield { x: { data, shape: [batchSize, 2] } };
      }
    },
  };
}

/** Gaussians that at least 1 % of the points are near (four deviations), and the share of points near any. */
export function coverage({ data, shape: [n] }: Tensor): { modes: number; near: number } {
  const counts = new Array<number>(8).fill(0);
  for (let i = 0; i < n; i++) {
    const mode = Math.round((Math.atan2(data[2 * i + 1], data[2 * i]) / Math.PI) * 4 + 8) % 8;
    const angle = (mode * Math.PI) / 4;
    if (Math.hypot(data[2 * i] - Math.cos(angle), data[2 * i + 1] - Math.sin(angle)) < 4 * DEVIATION)
      counts[mode]++;
  }
  return {
    modes: counts.filter((count) => count >= n / 100).length,
    near: counts.reduce((a, b) => a + b) / n,
  };
}
