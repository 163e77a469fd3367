import { describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { fromStored } from "../src/weight-layout.ts";
import fixture from "./fixtures/torch-spectral-norm.json" with { type: "json" };

/** The oracle's numbers (tools/oracles/torch_spectral_norm.py). */
function operand(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    const noise = Math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return (noise - Math.floor(noise)) * 2 - 1;
  });
}

/** Elements [rows, columns] as [columns, rows]. */
const transposed = (data: Float32Array, columns: number): Float32Array =>
  data.map((_, i) => {
    const rows = data.length / columns;
    return data[(i % rows) * columns + Math.floor(i / rows)];
  });

function network(): nn.Model {
  const model = nn.sequential(
    [
      nn.spectralNormalization(nn.conv2d(4, 4, { strides: 2, padding: "same", activation: "leaky_relu" })),
      nn.spectralNormalization(nn.conv2dTranspose(3, 4, { strides: 2, padding: "same", activation: "tanh" })),
      nn.flatten(),
      nn.spectralNormalization(nn.dense(2)),
    ],
    { inputShape: [6, 8, 3] },
  );
  model.setWeights(
    model.network.weights.map((weight, seed) => {
      const data = operand(weight.size, seed);
      if (weight.isKernel) return { data: fromStored(weight, data), shape: weight.shape };
      return {
        data: weight.name === "kernel" ? transposed(data, weight.shape[0]) : data,
        shape: weight.shape,
      };
    }),
  );
  return model;
}

const size = 5 * 3 * 6 * 8;
const pictures = operand(size, 20);
/** From [n, channels, height, width] to pictures. */
const x: nn.Tensor = {
  data: pictures.map((_, i) => {
    const [c, place, n] = [i % 3, Math.floor(i / 3) % 48, Math.floor(i / 144)];
    return pictures[(n * 3 + c) * 48 + place];
  }),
  shape: [5, 6, 8, 3],
};
const y: nn.Tensor = { data: operand(10, 21), shape: [5, 2] };

describe("spectralNormalization", () => {
  it("has PyTorch's losses and vectors", async () => {
    const model = network();
    await model.compile({ optimizer: nn.sgd({ learningRate: 0.1 }), loss: "mse" });
    for (const expected of fixture.losses) {
      const { loss } = await model.trainOnBatch(x, y);
      expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-4);
    }
    const vectors = model.network.weights.flatMap(({ name }, i) =>
      name === "vector_u" ? [model.getWeights()[i].data] : [],
    );
    fixture.vectors.forEach((expected, i) => {
      expected.forEach((value, k) => {
        expect(vectors[i][k]).toBeCloseTo(value, 4);
      });
    });
    await model.close();
  });

  it("keeps its vector while it is not trained", async () => {
    const model = network();
    for (const layer of model.layers.slice(0, 2)) layer.trainable = false;
    await model.compile({ optimizer: "sgd", loss: "mse" });
    const before = model.getWeights();
    await model.trainOnBatch(x, y);
    const moved = model.network.weights.filter((_, i) =>
      model.getWeights()[i].data.some((value, k) => value !== before[i].data[k]),
    );
    expect(moved.map(({ path }) => path)).toEqual([
      "spectral_normalization_2/kernel",
      "spectral_normalization_2/bias",
      "spectral_normalization_2/vector_u",
    ]);
    await model.close();
  });

  it("refuses a layer without a kernel", () => {
    expect(() => nn.sequential([nn.spectralNormalization(nn.flatten())], { inputShape: [2, 2, 1] })).toThrow(
      /spectralNormalization: layer: expected a layer with a kernel.*got "Flatten"/,
    );
    // A caller without types.
    expect(() => nn.spectralNormalization("conv2d" as unknown as nn.Layer)).toThrow(/expected a layer/);
  });
});

describe("layers that enlarge", () => {
  it("say what does not fit", () => {
    expect(() => nn.conv2dTranspose(2, 3, { strides: 2, outputPadding: 2 })).toThrow(
      /outputPadding.*below 2/,
    );
    const odd = nn.conv2dTranspose(2, 4, { strides: 2, padding: "same", outputPadding: 0 });
    expect(() => nn.sequential([odd], { inputShape: [3, 3, 1] })).toThrow(/outputPadding 0 does not fit/);
    expect(() => nn.sequential([nn.reshape([2, 2, -1])], { inputShape: [6] })).toThrow(/6 elements/);
    expect(() => nn.reshape([-1, -1, 3])).toThrow(/at most one -1/);
    expect(() => nn.reshape([2, 2])).toThrow(/targetShape/);
    expect(() => nn.zeroPadding2d(-1)).toThrow(/padding: expected a width/);
    expect(() => nn.upSampling2d(0.5)).toThrow(/size/);
  });
});
