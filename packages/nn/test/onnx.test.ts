import { describe, expect, test } from "vitest";
import { AumentoError } from "../src/errors.ts";
import { gradients } from "../src/grad.ts";
import { compileModel } from "../src/onnx/compile.ts";
import { dumpModel } from "../src/onnx/dump.ts";
import { compileGraph, readModel, writeModel } from "../src/onnx/serialize.ts";
import * as f from "../src/ops/index.ts";
import { createSession } from "../src/runtime/index.ts";
import { simplify } from "../src/simplify.ts";
import { evaluate, numbers } from "./support/run.ts";

/** One convolution with pooling and one dense layer on 4 x 4 pictures, with their gradients. */
function smallStep() {
  const x = f.input("x", [2, 4, 4, 3], "uint8");
  const labels = f.input("labels", [2], "int32");
  const weights = [
    f.parameter("kernel", [16, 3, 3, 3]),
    f.parameter("bias", [16]),
    f.parameter("dense", [64, 3]),
    f.parameter("offset", [3]),
  ];
  const [kernel, bias, dense, offset] = weights;
  const picture = f.mul(f.transpose(f.cast(x, "float32"), [0, 3, 1, 2]), f.scalar(1 / 255));
  const active = f.relu(f.conv2d(picture, kernel, bias, { pads: [1, 1, 1, 1] }));
  const logits = f.dense(f.reshape(f.maxPool2d(active, [2, 2]), [2, 64]), dense, offset);
  const [loss] = simplify([f.reduceMean(f.softmaxCrossEntropy(logits, labels))]);
  const flows = gradients(loss, weights);
  return { loss, ...Object.fromEntries(flows.map((flow, i) => [`gradient${i}`, flow])) };
}

describe("ONNX files", () => {
  test.each([
    ["plain", undefined],
    ["in blocks of 16", 16],
  ])("the step graph of a small network, %s", (_, block) => {
    expect(dumpModel(compileModel({ outputs: smallStep(), block }))).toMatchSnapshot();
  });

  test("a model read back is the model written", () => {
    const bytes = compileGraph({ outputs: smallStep(), metadata: { "aumento.key": "välue" } });
    const model = readModel(bytes);
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([["aumento.key", "välue"]]);
    expect(Buffer.compare(writeModel(model), bytes)).toBe(0);
  });

  test("weights can be stored in the file instead of fed", async () => {
    const weight = f.parameter("weight", [2, 2]);
    const x = f.input("x", [1, 2]);
    const model = compileGraph({
      outputs: { y: f.matMul(x, weight) },
      weights: new Map([[weight, Float32Array.of(1, 2, 3, 4)]]),
      portable: true,
    });
    const session = await createSession(model);
    expect(session.inputNames).toEqual(["x"]);
    const { y } = await session.run({ x: { data: Float32Array.of(1, 10), shape: [1, 2] } });
    expect(Array.from(y.data)).toEqual([31, 42]);
    await session.close();
  });

  test("one value under two names, and an input as an output", async () => {
    const x = f.input("x", [2]);
    const sum = f.add(x, x);
    const result = await evaluate(
      { a: sum, b: sum, c: f.mul(sum, x), d: x },
      { x: { data: Float32Array.of(1, 2), shape: [2] } },
    );
    expect(["a", "b", "c", "d"].map((name) => Array.from(result[name].data))).toEqual([
      [2, 4],
      [2, 4],
      [2, 8],
      [1, 2],
    ]);
  });

  test("two tensors of one name are refused", () => {
    const sum = f.add(f.input("x", [2]), f.input("x", [2]));
    expect(() => compileGraph({ outputs: { sum } })).toThrow('two tensors of the graph are named "x"');
  });

  test("files that are cut off, empty or something else are named in the error", () => {
    const bytes = compileGraph({ outputs: smallStep() });
    for (const broken of [
      bytes.subarray(0, bytes.length - 7),
      bytes.subarray(0, bytes.length >> 1),
      bytes.subarray(0, 3),
      new Uint8Array(0),
      new TextEncoder().encode("<!doctype html><title>not found</title>"),
    ]) {
      expect(() => readModel(broken, "best.onnx")).toThrow(AumentoError);
      expect(() => readModel(broken, "best.onnx")).toThrow(
        /^best\.onnx: expected an ONNX model, got \d+ bytes/,
      );
    }
  });
});

describe("sessions", () => {
  const x = f.input("x", [2, 3]);
  const model = compileGraph({ outputs: { y: f.mul(x, f.scalar(2)), z: f.neg(x) } });
  const data = numbers(6, 1);

  test("a refused run does not poison the next", async () => {
    const session = await createSession(model);
    await expect(session.run({})).rejects.toThrow("missing x");
    await expect(session.run({ x: { data, shape: [3, 2] } })).rejects.toMatchObject({ code: "runtime" });
    await expect(session.run({ x: { data: data.subarray(1), shape: [2, 3] } })).rejects.toThrow(
      "has 5 elements",
    );
    await expect(session.run({ x: { data, shape: [2, 3] } }, { w: null })).rejects.toThrow('no output "w"');
    const wrong = { data: Int32Array.from(data), shape: [2, 3] };
    await expect(session.run({ x: wrong })).rejects.toMatchObject({ code: "runtime" });
    const { y } = await session.run({ x: { data, shape: [2, 3] } });
    expect(Array.from(y.data)).toEqual(Array.from(data, (value) => 2 * value));
    await session.close();
  });

  test("outputs are written into the memory given for them", async () => {
    const session = await createSession(model);
    const y = { data: new Float32Array(6), shape: [2, 3] };
    const result = await session.run({ x: { data, shape: [2, 3] } }, { y });
    expect(Array.from(y.data)).toEqual(Array.from(data, (value) => 2 * value));
    expect(Object.keys(result)).toEqual(["y"]);
    await session.close();
  });

  test("what is no model is refused with the runtime's reason", async () => {
    await expect(createSession(new Uint8Array(10))).rejects.toMatchObject({ code: "runtime" });
  });
});
