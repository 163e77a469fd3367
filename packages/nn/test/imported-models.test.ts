import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import fixture from "./fixtures/efficientnet-lite0.json" with { type: "json" };
import { expectSummary, gradientsOf, picturesOf, planesOf } from "./support/imported.ts";

const file = resolve(import.meta.dirname, "../../../../shared/models/efficientnet-lite0.onnx");
const absent = !existsSync(file);

describe.skipIf(absent)("EfficientNet-Lite0 (skipped where ../shared/models is absent)", () => {
  let folder: string;
  let model: nn.Model;
  const x = picturesOf(fixture.pictures);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aumento-import-"));
    model = await nn.loadModel(file);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("computes what ONNX Runtime and PyTorch do, preprocessing included", async () => {
    expect(model.inputShape).toEqual([224, 224, 3]);
    expect(model.outputShape).toEqual([1000]);
    const session = await ort.InferenceSession.create(file);
    const image = planesOf(x, (pixel) => (pixel - 127) / 128);
    const { logits, features } = await session.run({
      image: new ort.Tensor("float32", image.data, image.shape),
    });
    const outputs = [
      [await model.predict(x), logits, fixture.logits],
      [await model.cut("features").predict(x), features, fixture.features],
    ] as const;
    for (const [ours, theirs, torch] of outputs) {
      expect(ours.shape).toEqual(theirs.dims);
      const data = theirs.data as Float32Array;
      const worst = ours.data.reduce((most: number, v, i) => Math.max(most, Math.abs(v - data[i])), 0);
      expect(worst).toBeLessThan(2e-5);
      expectSummary(ours.data, torch, "output");
    }
    await session.release();
  });

  it("has the weights that its description names", () => {
    // 4,652,008 to train and 42,016 running statistics; the bounds of ReLU6 are none.
    expect(model.countParams()).toBe(4_694_024);
    expect(
      model
        .freeze()
        .unfreeze()
        .network.weights.filter(({ trainable }) => trainable)
        .reduce((sum, { size }) => sum + size, 0),
    ).toBe(4_652_008);
    expect(model.network.weights.some(({ path }) => path.startsWith("relu6"))).toBe(false);
    expect(model.network.weights.map(({ path }) => path)).toContain("blocks.13.depthwise.weight");
  });

  it("has PyTorch's gradients in the part that is not frozen", async () => {
    const part = model.cut("logits").freeze().unfreeze(fixture.from);
    const { loss, gradients, still } = await gradientsOf(part, x);
    expect(loss).toBeCloseTo(fixture.loss, 5);
    expect([...gradients.keys()].sort()).toEqual(Object.keys(fixture.gradients).sort());
    for (const [path, expected] of Object.entries(fixture.gradients))
      expectSummary(gradients.get(path)!, expected, path);
    // Batch normalization stays on its statistics, and what is frozen stays as it is.
    expect(still).toContain("blocks.13.depthwise_bn.running_mean");
    expect(still).toContain("blocks.12.expand.weight");
  });

  it("is a backbone under a new head, and is itself again when saved and loaded", async () => {
    const backbone = model.cut("features").freeze();
    const whole = nn.sequential([backbone, nn.dense(3, { activation: "softmax" })], { seed: 3 });
    const path = join(folder, "whole.onnx");
    await whole.save(path, { saveOptimizer: false });
    const again = await nn.loadModel(path);
    expect(await again.predict(x)).toEqual(await whole.predict(x));
    expect(again.layers.map(({ trainable }) => trainable)).toEqual(
      whole.layers.map(({ trainable }) => trainable),
    );
    expect(again.places).toEqual(whole.places);
    expect(again.metadata.preprocessing).toEqual(model.metadata.preprocessing);
    const session = await ort.InferenceSession.create(path);
    const { output } = await session.run({
      input: new ort.Tensor("float32", Float32Array.from(x.data), x.shape),
    });
    const expected = await whole.predict(x);
    (output.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i], 5);
    });
    await session.release();
  });
});
