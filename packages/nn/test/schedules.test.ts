import { describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { learningRateAt } from "../src/schedules/schedule.ts";
import { bars } from "./support/bars.ts";

const steps = [0, 1, 3, 5, 10, 14, 30];

describe("learning rate schedules", () => {
  // Values of keras.optimizers.schedules of Keras 3.15 for the same parameters.
  it.each<[string, nn.LearningRateSchedule, number[]]>([
    [
      "exponential",
      nn.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5 }),
      [0.1, 0.0840896, 0.0594604, 0.0420448, 0.0176777, 0.0088388, 0.0005524],
    ],
    [
      "exponential in steps",
      nn.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5, staircase: true }),
      [0.1, 0.1, 0.1, 0.05, 0.025, 0.0125, 0.0007813],
    ],
    [
      "cosine",
      nn.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10, alpha: 0.1 }),
      [0.1, 0.0977975, 0.0814503, 0.055, 0.01, 0.01, 0.01],
    ],
    [
      "cosine after a warm-up",
      nn.cosineDecay({ initialLearningRate: 0.01, decaySteps: 10, warmupTarget: 0.1, warmupSteps: 4 }),
      [0.01, 0.0325, 0.0775, 0.0975528, 0.0345491, 0, 0],
    ],
  ])("%s", (_, schedule, expected) => {
    steps.forEach((step, i) => {
      expect(learningRateAt(schedule, step)).toBeCloseTo(expected[i], 6);
    });
  });

  it("decide the steps of a training, which goes on from a file where it was", async () => {
    const { x, y } = bars(8, 1);
    const make = async (learningRate: number | nn.LearningRateSchedule) => {
      const model = nn.sequential([nn.flatten(), nn.dense(2, { activation: "softmax" })], {
        inputShape: [12, 12, 3],
      });
      await model.compile({ optimizer: nn.sgd({ learningRate }), loss: "sparse_categorical_crossentropy" });
      return model;
    };
    const followed = await make(
      nn.exponentialDecay({ initialLearningRate: 1e-4, decaySteps: 1, decayRate: 0.5 }),
    );
    const set = await make(1e-4);
    for (let step = 0; step < 3; step++) {
      set.optimizer.learningRate = 1e-4 * 0.5 ** step;
      await set.trainOnBatch(x, y);
      await followed.trainOnBatch(x, y);
    }
    expect(followed.getWeights()).toEqual(set.getWeights());
    const { model, optimizer } = followed.toBytes();
    const loaded = await nn.loadModel(model, { optimizerState: optimizer });
    expect(loaded.optimizer.learningRate).toBe(1e-4 * 0.5 ** 3);
    expect(() => {
      loaded.optimizer.learningRate = 1;
    }).toThrow(/follows a schedule \(ExponentialDecay\)/);
  });

  it("refuse what makes no sense", () => {
    expect(() => nn.cosineDecay({ initialLearningRate: 0.1, decaySteps: 0 })).toThrow(
      /decaySteps: expected a number above 0/,
    );
    // @ts-expect-error: no schedule
    expect(() => nn.adam({ learningRate: "fast" })).toThrow(/adam: learningRate: expected a number/);
  });
});
