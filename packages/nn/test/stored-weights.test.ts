import { describe, expect, test } from "vitest";
import * as nn from "../src/index.ts";
import type { Tensor } from "../src/tensor.ts";
import { numbers } from "./support/run.ts";

const x: Tensor = {
  data: Uint8Array.from(numbers(7 * 8 * 8 * 3, 1), (value) => 128 + 127 * value),
  shape: [7, 8, 8, 3],
};
const y: Tensor = { data: Int32Array.of(0, 1, 2, 0, 1, 2, 0), shape: [7] };

const network = (): nn.Model =>
  nn.sequential(
    [
      nn.rescaling([1 / 50, 1 / 60, 1 / 70], { offset: [-2, -1, 0.5] }),
      nn.conv2d(5, 3, { padding: "same", strides: 2 }),
      nn.activation("relu"),
      nn.conv2d(6, 3),
      nn.globalAveragePooling2d(),
      nn.dense(3, { activation: "softmax" }),
    ],
    { inputShape: [8, 8, 3], seed: 2 },
  );

const compile = (model: nn.Model) =>
  model.compile({ optimizer: nn.sgd({ learningRate: 0.5 }), loss: "sparse_categorical_crossentropy" });

function expectAlike(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  Array.from(actual.data).forEach((value, i) => {
    expect(value).toBeCloseTo(expected.data[i], 5);
  });
}

/** What a model of the same weights predicts whose graphs are fed with them. */
async function fed(model: nn.Model): Promise<Tensor> {
  const other = network();
  await compile(other);
  other.setWeights(model.getWeights());
  const predicted = await other.predict(x);
  await other.close();
  return predicted;
}

const changed = (model: nn.Model, by: number): Tensor[] =>
  model.getWeights().map(({ data, shape }) => ({ data: Float32Array.from(data, (v) => v * by), shape }));

describe("weights that are part of a graph", () => {
  test("give the same outputs, and follow the model's", async () => {
    const model = network();
    expectAlike(await model.predict(x), await fed(model));
    for (const by of [1.5, 0.5, 1]) {
      model.setWeights(changed(model, by));
      expectAlike(await model.predict(x), await fed(model));
    }
    await compile(model);
    await model.trainOnBatch(x, y);
    expectAlike(await model.predict(x), await fed(model));
    await model.close();
  });

  test("are those of frozen layers while the others are trained", async () => {
    const [frozen, whole] = [network(), network()];
    for (const layer of frozen.layers.slice(0, 4)) layer.trainable = false;
    await Promise.all([compile(frozen), compile(whole)]);
    const before = frozen.getWeights();
    const logs = await frozen.trainOnBatch(x, y);
    expect(logs.loss).toBeCloseTo((await whole.trainOnBatch(x, y)).loss, 5);
    const after = frozen.getWeights();
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    // The head's gradient is that of the whole network.
    after.slice(4).forEach((weight, i) => {
      expectAlike(weight, whole.getWeights()[4 + i]);
    });
    expectAlike(await frozen.predict(x), await fed(frozen));
    await Promise.all([frozen.close(), whole.close()]);
  });

  test("are taken anew when layers were trained in between", async () => {
    const model = network();
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    await compile(model);
    const before = await model.predict(x);
    for (const layer of model.layers) layer.trainable = true;
    await model.trainOnBatch(x, y);
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    const after = await model.predict(x);
    expect(after.data).not.toEqual(before.data);
    expectAlike(after, await fed(model));
    await model.close();
  });

  test("the optimizer's file has nothing of layers that no step moved, and training goes on from it", async () => {
    const model = network();
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
    await model.trainOnBatch(x, y);
    const { model: bytes, optimizer } = model.toBytes();
    expect(optimizer!.length).toBeLessThan(1200);
    const loaded = await nn.loadModel(bytes, { optimizerState: optimizer });
    await Promise.all([model.trainOnBatch(x, y), loaded.trainOnBatch(x, y)]);
    model.getWeights().forEach((weight, i) => {
      expectAlike(loaded.getWeights()[i], weight);
    });
    await Promise.all([model.close(), loaded.close()]);
  });
});

test("the last, smaller batch of a prediction gives what it gives alone", async () => {
  const model = network();
  const whole = await model.predict(x, { batchSize: 7 });
  for (const batchSize of [1, 3, 4, 9]) expectAlike(await model.predict(x, { batchSize }), whole);
  await model.close();
});
