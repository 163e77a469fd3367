import { describe, expect, test } from "vitest";
import * as nn from "../../src/index.ts";
import cases from "../fixtures/torch-dcgan-steps.json" with { type: "json" };

const LATENT = 8;
const BATCH = 6;

/** The formula of the oracle: frac(sin) noise in (-scale, scale). */
function formula(length: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const noise = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return Math.fround((noise - Math.floor(noise)) * 2 - 1) * Math.fround(scale);
  });
}

/** Fills trained weights as the oracle does: scales of batch normalization around 1, all else around 0. */
function fill(model: nn.Model, first: number): void {
  const trained = model.network.weights.filter(({ trainable }) => trainable);
  for (const [i, { path, name, size }] of trained.entries())
    model.state.value(path).set(formula(size, first + i, 0.1).map((x) => (name === "gamma" ? x + 1 : x)));
}

/** Noise, brighter in the upper half. */
function pictures(seed: number): nn.Tensor {
  const noise = formula(BATCH * 32 * 32 * 3, seed);
  const half = 16 * 32 * 3;
  const data = Uint8Array.from(noise, (x, i) => {
    const byte = Math.floor(Math.fround(Math.fround(x + 1) * 128));
    return i % (2 * half) < half ? Math.floor(byte / 4) + 180 : byte;
  });
  return { data, shape: [BATCH, 32, 32, 3] };
}

describe("steps of a DCGAN as PyTorch takes them", () => {
  for (const [name, { loss, smoothing, upsampling, classes, steps }] of Object.entries(cases))
    test(name, async () => {
      const optimizer = nn.adam({ learningRate: 2e-3, beta1: 0.5, epsilon: 1e-8 });
      const gan = nn.gan({
        ...nn.dcgan({
          size: 32,
          filters: 4,
          latent: LATENT,
          classes,
          upsampling: upsampling as "transposed" | "nearest",
        }),
        loss: loss as nn.GanLossName,
        labelSmoothing: smoothing,
        generatorOptimizer: optimizer,
        discriminatorOptimizer: optimizer,
      });
      fill(gan.generator, 100);
      fill(gan.discriminator, 200);
      const y: nn.Tensor = {
        data: Int32Array.from({ length: BATCH }, (_, i) => i % Math.max(1, classes)),
        shape: [BATCH],
      };
      for (const [step, expected] of steps.entries()) {
        const latents: nn.Tensor = { data: formula(BATCH * LATENT, 300 + step, 2), shape: [BATCH, LATENT] };
        // The generator learns from what it made for the discriminator, or makes the same again.
        const given = step % 2 === 0 ? [latents] : [latents, latents];
        const logs = await gan.trainStep({ x: pictures(400 + step), y }, { latents: given });
        const { dLoss, gLoss, dReal, dGenerated } = logs;
        [dLoss, gLoss, dReal, dGenerated].forEach((value, i) => {
          // Adam divides by small numbers: what rounding leaves apart doubles from step to step.
          const apart = Math.abs(value - expected[i]);
          expect(apart, `step ${step + 1}, number ${i}: ${value}`).toBeLessThan(1e-4 * 2 ** step);
        });
      }
      await gan.close();
    });
});
