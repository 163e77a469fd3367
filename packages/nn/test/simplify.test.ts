import { describe, expect, test } from "vitest";
import { gradients } from "../src/grad.ts";
import { ordered } from "../src/ir/graph.ts";
import { rewrite } from "../src/ir/rewrite.ts";
import type { Value } from "../src/ir/value.ts";
import * as f from "../src/ops/index.ts";
import { blockSize } from "../src/runtime/index.ts";
import { simplify } from "../src/simplify.ts";
import { evaluate } from "./support/run.ts";

const opsOf = (value: Value): string[] => ordered([value]).map(({ op }) => op.name);

describe("rewriting", () => {
  const x = f.input("x", [1, 2, 4, 4]);

  test("what no rule touches stays the same value", () => {
    const outputs = [f.tanh(x), f.add(x, f.scalar(1)), x];
    expect(simplify(outputs)).toEqual(outputs);
    simplify(outputs).forEach((output, i) => {
      expect(output).toBe(outputs[i]);
    });
  });

  test("activations move behind max pooling, one after the other", () => {
    const [pooled] = simplify([f.maxPool2d(f.leakyRelu(f.sigmoid(x), 0.1), [2, 2])]);
    expect(opsOf(pooled)).toEqual(["input", "maxPool2d", "sigmoid", "leakyRelu"]);
    const [falling] = simplify([f.maxPool2d(f.leakyRelu(x, -0.1), [2, 2])]);
    expect(opsOf(falling)).toEqual(["input", "leakyRelu", "maxPool2d"]);
  });

  test("a shared part is rewritten once and stays shared", () => {
    const pooled = f.maxPool2d(f.relu(x), [2, 2]);
    const [a, b] = simplify([f.neg(pooled), f.exp(pooled)]);
    expect(a.inputs[0]).toBe(b.inputs[0]);
    expect(a.inputs[0].op.name).toBe("relu");
  });

  test("a factor of the picture goes into the weights", () => {
    const weights = f.parameter("w", [3, 2, 3, 3]);
    const [output] = simplify([f.conv2d(f.mul(x, f.scalar(1 / 255)), weights)]);
    expect(opsOf(output)).toEqual(["input", "parameter", "constant", "mul", "conv2d"]);
    expect(output.inputs[0]).toBe(x);
    const perChannel = f.mul(x, f.constant(Float32Array.of(1, 2), [2, 1, 1]));
    expect(simplify([f.conv2d(perChannel, weights)])[0].inputs[0]).toBe(x);
    const unknown = f.mul(x, f.parameter("factor", [1, 2, 1, 1]));
    expect(simplify([f.conv2d(unknown, weights)])[0].inputs[0]).toBe(unknown);
    const normalized = f.add(perChannel, f.constant(Float32Array.of(3, 4), [2, 1, 1]));
    const [shifted] = simplify([f.conv2d(normalized, weights)]);
    expect(opsOf(shifted.inputs[0])).toEqual(["input", "constant", "constant", "div", "add"]);
  });

  test("batch normalization by known statistics goes into the convolution before it", () => {
    const weights = f.parameter("w", [3, 2, 3, 3]);
    const vector = (name: string) => f.parameter(name, [3]);
    const statistics = {
      scale: vector("scale"),
      offset: vector("offset"),
      mean: vector("mean"),
      variance: vector("variance"),
    };
    const convolved = f.conv2d(x, weights, vector("bias"));
    const [folded] = simplify([f.relu(f.batchNormalization(convolved, statistics))]);
    expect(folded.op.name).toBe("relu");
    expect(folded.inputs[0].op.name).toBe("conv2d");
    expect(folded.inputs[0].inputs[0]).toBe(x);
    // What something else needs, too, is computed anyway.
    const [kept] = simplify([f.batchNormalization(convolved, statistics), f.neg(convolved)]);
    expect(kept.op.name).toBe("scaleShift");
    // Statistics of the batch itself come after the convolution.
    const { output } = f.batchNormalizationTraining(convolved, statistics);
    expect(simplify([output])[0].op.name).toBe("batchNormalize");
  });

  test("rules that undo each other are reported instead of running for ever", () => {
    const swap = (value: Value) =>
      value.op.name === "neg"
        ? f.abs(value.inputs[0])
        : value.op.name === "abs"
          ? f.neg(value.inputs[0])
          : undefined;
    expect(() => rewrite([f.neg(x)], [swap])).toThrow("undo each other");
  });
});

describe("pictures given as bytes", () => {
  const bytes = Uint8Array.from({ length: 2 * 5 * 4 * 3 }, (_, i) => (i * 83) % 256);
  const kernel = Float32Array.from({ length: 16 * 27 }, (_, i) => Math.sin(i));

  /** Loss gradients of the first convolution, for pictures of one type or the other. */
  function step(dtype: "uint8" | "float32"): Record<string, Value> {
    const picture = f.input("picture", [2, 5, 4, 3], dtype);
    const weights = f.parameter("weights", [16, 3, 3, 3]);
    const x = f.mul(f.transpose(f.cast(picture, "float32"), [0, 3, 1, 2]), f.scalar(1 / 255));
    const output = f.tanh(f.conv2d(x, weights, undefined, { pads: [1, 1, 1, 1] }));
    const [loss] = simplify([f.reduceSum(f.mul(output, output))]);
    return { loss, gradient: gradients(loss, [weights])[0] };
  }

  for (const layout of ["plain", "blocked"])
    test(`they stay bytes up to the products, with the same result, ${layout}`, async (context) => {
      const block = layout === "blocked" ? await blockSize() : undefined;
      if (layout === "blocked" && !block) context.skip("this machine's ONNX Runtime has no blocked layout");
      const names = opsOf(step("uint8").gradient);
      expect(names.indexOf("cast")).toBeGreaterThan(names.indexOf("transpose"));
      const weights = { data: kernel, shape: [16, 3, 3, 3] };
      const shape = [2, 5, 4, 3];
      const fromBytes = await evaluate(
        step("uint8"),
        { picture: { data: bytes, shape }, weights },
        { block },
      );
      const picture = { data: Float32Array.from(bytes), shape };
      const floats = await evaluate(step("float32"), { picture, weights });
      for (const key of ["loss", "gradient"])
        Array.from(floats[key].data, Number).forEach((value, i) => {
          expect(Number(fromBytes[key].data[i])).toBeCloseTo(value, 3);
        });
    });
});
