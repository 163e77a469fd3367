import { expect, test } from "vitest";
import { latentVectors } from "../../src/gan/latent.ts";
import * as nn from "../../src/index.ts";
import { coverage, ring } from "../support/ring.ts";

const LATENT = 4;
const hidden = () => nn.dense(64, { activation: "relu" });

test("a small GAN covers a ring of eight Gaussians, most samples near one", async () => {
  const optimizer = nn.adam({ learningRate: 2e-3, beta1: 0.5 });
  const gan = nn.gan({
    generator: nn.sequential([hidden(), hidden(), nn.dense(2)], { inputShape: [LATENT], seed: 1 }),
    discriminator: nn.sequential([hidden(), hidden(), nn.dense(1)], { inputShape: [2], seed: 2 }),
    generatorOptimizer: optimizer,
    discriminatorOptimizer: optimizer,
    ema: 0.99,
    seed: 3,
  });
  const latents = latentVectors(LATENT, { seed: 5, count: 1000 });
  expect(coverage(await gan.sample(latents)).near).toBeLessThan(0.05);
  const history = await gan.fit(ring(12_800, 128, 4), { steps: 1000, verbose: 0 });
  expect(history.events).toEqual([]);
  const { modes, near } = coverage(await gan.sample(latents));
  await gan.close();
  expect(modes).toBeGreaterThanOrEqual(7);
  expect(near).toBeGreaterThan(0.7);
});
