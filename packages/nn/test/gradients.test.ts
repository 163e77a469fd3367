import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradients } from "../src/grad.ts";
import { type Op, sizeOf, type Value } from "../src/ir/value.ts";
import { compileGraph } from "../src/onnx/serialize.ts";
import { constant, input, mul, reduceSum } from "../src/ops/index.ts";
import { createSession, type SessionTensor } from "../src/runtime/index.ts";
import { composedCases, type Fill, type OpCase, opCases } from "./support/op-cases.ts";
import { numbers, spread } from "./support/run.ts";

const opsFolder = new URL("../src/ops/", import.meta.url);

/** Every op that a file of src/ops defines. */
async function allOps(): Promise<Op[]> {
  const modules = await Promise.all(
    readdirSync(opsFolder).map((name) => import(new URL(name, opsFolder).href) as Promise<object>),
  );
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) =>
      name.endsWith("Op") && value.infer ? [value as Op] : [],
    ),
  );
}

function fill(shape: readonly number[], kind: Fill, seed: number): SessionTensor {
  const size = sizeOf(shape);
  if (kind === "labels") return { data: Int32Array.from({ length: size }, (_, i) => i % 3), shape };
  const data = spread(size, seed);
  return { data: kind === "positive" ? data.map((value) => Math.abs(value) + 0.4) : data, shape };
}

/** Compares the gradients of a weighted sum of the output with central differences, element by element. */
async function check({ operands, build }: OpCase): Promise<void> {
  const feeds: Record<string, SessionTensor> = {};
  const values = operands.map(({ shape, fill: kind = "spread" }, i) => {
    feeds[`operand${i}`] = fill(shape, kind, i + 1);
    return input(`operand${i}`, shape, kind === "labels" ? "int32" : "float32");
  });
  const output = build(...values);
  const weights = numbers(sizeOf(output.shape), 99);
  const varied = values.filter(({ dtype }) => dtype === "float32");
  const loss = reduceSum(mul(output, constant(weights, output.shape)));
  const flows = gradients(loss, varied);
  const outputs: Record<string, Value> = { output };
  varied.forEach((value, i) => {
    outputs[`gradient${values.indexOf(value)}`] = flows[i];
  });
  const session = await createSession(compileGraph({ outputs }), { threads: 1 });
  const used = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]]));
  const analytic = await session.run(used);
  const lossOf = async (): Promise<number> => {
    const { output } = await session.run(used, { output: null });
    return weights.reduce((sum, weight, i) => sum + weight * Number(output.data[i]), 0);
  };
  const step = 2 ** -7;
  for (const value of varied) {
    const i = values.indexOf(value);
    const data = feeds[`operand${i}`].data as Float32Array;
    const gradient = analytic[`gradient${i}`];
    expect(gradient.shape).toEqual(value.shape);
    const scale = Math.max(0.05, ...Array.from(gradient.data, (item) => Math.abs(Number(item))));
    for (let place = 0; place < data.length; place++) {
      const kept = data[place];
      data[place] = kept + step;
      const above = await lossOf();
      data[place] = kept - step;
      const below = await lossOf();
      data[place] = kept;
      const difference = (above - below) / (2 * step);
      expect(
        Math.abs(Number(gradient.data[place]) - difference) / scale,
        `operand ${i}, element ${place}: ${gradient.data[place]} against ${difference}`,
      ).toBeLessThan(2e-3);
    }
  }
  await session.close();
}

describe("gradients by finite differences", () => {
  test("every op with a gradient has a case", async () => {
    const ops = await allOps();
    expect(ops.length).toBeGreaterThan(30);
    const differentiable = ops.filter((op) => op.gradient !== null).map((op) => op.name);
    expect(differentiable.filter((name) => !(opCases[name]?.length > 0))).toEqual([]);
    expect(Object.keys(opCases).filter((name) => !differentiable.includes(name))).toEqual([]);
  });

  for (const [op, cases] of Object.entries({ ...opCases, ...composedCases })) {
    for (const given of cases) test(`${op}: ${given.name}`, () => check(given));
  }
});
