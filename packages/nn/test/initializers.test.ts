import { describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { computeFans, initialValues, resolveInitializer } from "../src/initializers/initializer.ts";

const moments = (values: Float32Array) => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  return { mean, deviation, largest: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) };
};
const draw = (
  initializer: nn.InitializerName | nn.Initializer,
  shape = [3, 3, 40, 60],
  seed = 1,
  name = "a/kernel",
) => initialValues(resolveInitializer("test", initializer), shape, seed, name);

describe("initializers", () => {
  it("count inputs and outputs as Keras does", () => {
    expect(computeFans([3, 3, 40, 60])).toEqual({ fanIn: 360, fanOut: 540 });
    expect(computeFans([7, 5])).toEqual({ fanIn: 7, fanOut: 5 });
    expect(computeFans([4])).toEqual({ fanIn: 4, fanOut: 4 });
  });

  // Deviations by the definitions in Keras' documentation: glorot 2 / (in + out), he 2 / in, lecun 1 / in.
  it.each([
    ["glorot_uniform", 2 / 900, Math.sqrt(6 / 900)],
    ["glorot_normal", 2 / 900, (2 * Math.sqrt(2 / 900)) / 0.8796],
    ["he_uniform", 2 / 360, Math.sqrt(6 / 360)],
    ["he_normal", 2 / 360, (2 * Math.sqrt(2 / 360)) / 0.8796],
    ["lecun_uniform", 1 / 360, Math.sqrt(3 / 360)],
    ["lecun_normal", 1 / 360, (2 * Math.sqrt(1 / 360)) / 0.8796],
    ["random_uniform", 0.1 ** 2 / 12, 0.05],
    ["truncated_normal", (0.05 * 0.8796) ** 2, 0.1],
  ] as const)("%s has its variance and bound", (name, variance, bound) => {
    const { mean, deviation, largest } = moments(draw(name));
    expect(Math.abs(mean)).toBeLessThan(0.02 * Math.sqrt(variance) + 1e-4);
    expect(deviation / Math.sqrt(variance)).toBeCloseTo(1, 1.7);
    expect(largest).toBeLessThanOrEqual(bound * 1.0001);
    expect(largest).toBeGreaterThan(bound * 0.98);
  });

  it("are constant, normal or uniform with given numbers", () => {
    expect(new Set(draw("zeros", [4]))).toEqual(new Set([0]));
    expect(new Set(draw(nn.constant(3), [4]))).toEqual(new Set([3]));
    const { mean, deviation } = moments(draw(nn.randomNormal({ mean: 5, stddev: 2 })));
    expect(mean).toBeCloseTo(5, 1);
    expect(deviation).toBeCloseTo(2, 1);
    const values = draw(nn.randomUniform({ minval: 2, maxval: 3 }));
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(2);
    expect(moments(draw(nn.varianceScaling({ distribution: "untruncated_normal" }))).deviation).toBeCloseTo(
      1 / Math.sqrt(360),
      2,
    );
  });

  it("depend on the seed and the weight's name alone", () => {
    expect(draw("he_normal")).toEqual(draw("he_normal"));
    expect(draw("he_normal", [3, 4], 2)).not.toEqual(draw("he_normal", [3, 4], 1));
    expect(draw("he_normal", [3, 4], 1, "b/kernel")).not.toEqual(draw("he_normal", [3, 4], 1, "a/kernel"));
    const kernel = (layers: nn.Layer[]) =>
      nn.sequential([...layers, nn.dense(3, { name: "head" })], { inputShape: [4], seed: 7 }).getWeights();
    expect(kernel([nn.dropout(0.5)])).toEqual(kernel([]));
  });

  it("refuse what makes no sense", () => {
    expect(() => nn.varianceScaling({ scale: 0 })).toThrow(/scale: expected a number above 0/);
    expect(() => nn.randomUniform({ minval: 1, maxval: 0 })).toThrow(/maxval/);
    // @ts-expect-error: an initializer that does not exist
    expect(() => nn.dense(3, { kernelInitializer: "orthogonal" })).toThrow(
      /dense: kernelInitializer: expected one of zeros, ones, glorot_uniform/,
    );
  });
});

describe("weights", () => {
  it("are given and taken in Keras' layouts", async () => {
    const model = nn.sequential([nn.conv2d(2, [1, 2], { useBias: false })], { inputShape: [1, 2, 2] });
    // [height 1, width 2, in 2, out 2]
    const kernel = { data: Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40), shape: [1, 2, 2, 2] };
    model.setWeights([kernel]);
    expect(model.getWeights()).toEqual([kernel]);
    const { data } = await model.predict({ data: Float32Array.of(1, 10, 100, 1000), shape: [1, 1, 2, 2] });
    expect([...data]).toEqual([4321, 43210]);
    expect(model.countParams()).toBe(8);
  });

  it("make a picture a vector with its channels innermost", async () => {
    const model = nn.sequential([nn.flatten()], { inputShape: [2, 2, 2] });
    const x = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...(await model.predict({ data: x, shape: [1, 2, 2, 2] })).data]).toEqual([...x]);
  });
});

describe("summary", () => {
  it("is the table that Keras prints", () => {
    const model = nn.sequential(
      [
        nn.conv2d(16, 3, { activation: "relu" }),
        nn.batchNormalization(),
        nn.globalAveragePooling2d(),
        nn.dense(1000),
      ],
      { inputShape: [28, 28, 1] },
    );
    model.layers[3].trainable = false;
    const lines: string[] = [];
    model.summary((text) => lines.push(...text.split("\n")));
    expect(lines).toEqual([
      'Model: "sequential"',
      "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓",
      "┃ Layer (type)                                      ┃ Output Shape           ┃       Param # ┃",
      "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩",
      "│ conv2d (Conv2D)                                   │ (None, 26, 26, 16)     │           160 │",
      "├───────────────────────────────────────────────────┼────────────────────────┼───────────────┤",
      "│ batch_normalization (BatchNormalization)          │ (None, 26, 26, 16)     │            64 │",
      "├───────────────────────────────────────────────────┼────────────────────────┼───────────────┤",
      "│ global_average_pooling2d (GlobalAveragePooling2D) │ (None, 16)             │             0 │",
      "├───────────────────────────────────────────────────┼────────────────────────┼───────────────┤",
      "│ dense (Dense)                                     │ (None, 1000)           │        17,000 │",
      "└───────────────────────────────────────────────────┴────────────────────────┴───────────────┘",
      " Total params: 17,224 (67.28 KB)",
      " Trainable params: 192 (768.00 B)",
      " Non-trainable params: 17,032 (66.53 KB)",
    ]);
  });
});
