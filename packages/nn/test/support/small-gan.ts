import * as nn from "../../src/index.ts";
import { numbers } from "./run.ts";

const SIDE = 8;

/** A GAN of small pictures that uses all there is: classes, augmentation, dropout, both normalizations. */
export function smallGan(options: Partial<nn.GanOptions> = {}): nn.Gan {
  return nn.gan({
    generator: nn.sequential(
      [
        nn.dense(4 * 4 * 4),
        nn.reshape([4, 4, 4]),
        nn.batchNormalization({ momentum: 0.9 }),
        nn.activation("relu"),
        nn.dropout(0.2),
        nn.conv2dTranspose(3, 4, { strides: 2, padding: "same", activation: "tanh" }),
      ],
      { inputShape: [5 + 2], seed: 1 },
    ),
    discriminator: nn.sequential(
      [
        nn.spectralNormalization(nn.conv2d(4, 4, { strides: 2, padding: "same" })),
        nn.batchNormalization(),
        nn.leakyReLU({ negativeSlope: 0.2 }),
        nn.flatten(),
        nn.dense(2),
      ],
      { inputShape: [SIDE, SIDE, 3], seed: 2 },
    ),
    diffAugment: true,
    classNames: ["dark", "bright"],
    discriminatorSteps: 2,
    seed: 3,
    ...options,
  });
}

/** Pictures of noise, every other one bright, in another order each epoch; one batch of an epoch is not full. */
export function smallPictures(n = 30, batchSize = 8): nn.BatchSource {
  const length = Math.ceil(n / batchSize);
  return {
    n,
    length,
    batchSize,
    async *epoch(epoch) {
      for (let batch = 0; batch < length; batch++) {
        const count = Math.min(batchSize, n - batch * batchSize);
        const shape = [count, SIDE, SIDE, 3];
        const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
        const noise = numbers(count * SIDE * SIDE * 3, 1 + epoch * length + batch);
        const each = SIDE * SIDE * 3;
        const data = Uint8Array.from(noise, (x, k) => 90 + 60 * x + 80 * labels[Math.floor(k / each)]);
        yield { x: { data, shape }, y: { data: labels, shape: [count] } };
      }
    },
  };
}

/** All numbers that a step changes, by name. */
export function stateOf(gan: nn.Gan): Map<string, Float32Array> {
  const numbers = new Map<string, Float32Array>();
  for (const side of ["generator", "discriminator"] as const) {
    const { network, state } = gan[side];
    for (const { path } of network.weights) numbers.set(`${side}/${path}`, state.value(path).slice());
    for (const { weight, slot, data } of state.optimizerState()?.slots ?? [])
      numbers.set(`${side}/${weight}/${slot}`, data.slice());
  }
  for (const { path } of gan.generator.network.weights)
    numbers.set(`average/${path}`, gan.averageOf(path).slice());
  return numbers;
}
