import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as nn from "../src/index.ts";
import { expectSummary, gradientsOf, picturesOf, planesOf, type Summary } from "./support/imported.ts";

const python = process.env.AUMENTO_PYTHON;
const oracle = resolve(import.meta.dirname, "../../../tools/oracles/torchvision_models.py");
const run = promisify(execFile);

interface Facts {
  file: string;
  pictures: number[];
  from: string;
  logits: Summary;
  loss: number;
  gradients: Record<string, Summary>;
}

describe.skipIf(!python)(
  "ResNet-18 and MobileNetV2 (skipped unless AUMENTO_PYTHON is a Python with torchvision: tools/check-import.js)",
  () => {
    let folder: string;
    let all: Facts[];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "aumento-torchvision-"));
      await run(python!, [oracle, folder], { maxBuffer: 2 ** 26 });
      const names = (await readdir(folder)).filter((name) => name.endsWith(".facts.json"));
      all = await Promise.all(
        names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))),
      );
    }, 900_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it("were exported in three ways each", () => expect(all).toHaveLength(6));

    it.each([0, 1, 2, 3, 4, 5])("export %i: outputs of ONNX Runtime, gradients of PyTorch", async (i) => {
      const { file, pictures, from, logits, loss, gradients } = all[i];
      const path = join(folder, file);
      const preprocessing = { range: [0, 255], mean: 128, std: 128 } as const;
      const model = await nn.loadModel(path, { preprocessing });
      const x = picturesOf(pictures);
      const output = await model.predict(x);
      expectSummary(output.data, logits, file);
      // One picture at a time: some exports are for a batch of one.
      const one = picturesOf([1, ...pictures.slice(1)]);
      const image = planesOf(one, (pixel) => pixel / 128 - 1);
      const session = await ort.InferenceSession.create(path);
      const theirs = await session.run({ image: new ort.Tensor("float32", image.data, image.shape) });
      const expected = theirs.logits.data as Float32Array;
      const size = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      const worst = expected.reduce((most, v, at) => Math.max(most, Math.abs(v - output.data[at])), 0);
      expect(worst / size).toBeLessThan(2e-5);
      await session.release();

      model.freeze().unfreeze(from);
      const trained = model.network.weights.filter(({ trainable, layer }) => trainable && layer.trainable);
      const ours = await gradientsOf(model, x);
      expect(ours.loss).toBeCloseTo(loss, 5);
      expect([...ours.gradients.keys()].sort()).toEqual(trained.map(({ path }) => path).sort());
      for (const [path, data] of ours.gradients)
        expectSummary(data, gradients[path], `${file}: ${path}`, 1e-3);
    });
  },
);
