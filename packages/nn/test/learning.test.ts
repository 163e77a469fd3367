import { describe, expect, it } from "vitest";
import {
  adam,
  conv2d,
  dense,
  flatten,
  type Model,
  maxPooling2d,
  rescaling,
  sequential,
} from "../src/index.ts";
import { bars } from "./support/bars.ts";

const network = (seed: number): Model =>
  sequential(
    [
      rescaling(1 / 255),
      conv2d(8, 3, { padding: "same", activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense(16, { activation: "relu" }),
      dense(2, { activation: "softmax" }),
    ],
    { inputShape: [12, 12, 3], seed },
  );

const settings = {
  optimizer: adam({ learningRate: 0.005 }),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
} as const;

describe("learning", () => {
  it("tells standing from lying bars", async () => {
    const model = network(1);
    await model.compile(settings);
    const history = await model.fit(bars(300, 1), {
      epochs: 8,
      batchSize: 32,
      verbose: 0,
      validationData: bars(100, 2),
    });
    expect(history.epoch).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(history.history.val_accuracy.at(-1)).toBeGreaterThan(0.95);
    const test = bars(90, 3);
    const measured = await model.evaluate(test);
    expect(measured.accuracy).toBeGreaterThan(0.95);
    const predicted = await model.predict(test.x);
    expect(predicted.shape).toEqual([90, 2]);
    let right = 0;
    for (let i = 0; i < 90; i++)
      if (predicted.data[2 * i + 1] > predicted.data[2 * i] === (test.y.data[i] === 1)) right++;
    expect(right / 90).toBeCloseTo(measured.accuracy, 6);
    await model.close();
  });

  it("gives the same numbers twice, and others with another seed", async () => {
    const train = async (seed: number) => {
      const model = network(seed);
      await model.compile(settings);
      const { history } = await model.fit(bars(100, 1), { epochs: 2, verbose: 0 });
      await model.close();
      return { history, weights: model.getWeights() };
    };
    const first = await train(5);
    expect(await train(5)).toEqual(first);
    expect((await train(6)).history).not.toEqual(first.history);
  });
});
