import { describe, expect, test } from "vitest";
import { Arena } from "../src/kernels/arena.ts";
import { compileGraph } from "../src/onnx/serialize.ts";
import { add, input, scalar } from "../src/ops/index.ts";
import { RandomStream, streamOf } from "../src/random.ts";
import { createSession } from "../src/runtime/index.ts";
import { numbers } from "./support/run.ts";

const length = 1003;

function arrays(count: number): { arena: Arena; views: Float32Array[] } {
  const arena = new Arena(Array<number>(count).fill(length));
  const views = Array.from({ length: count }, (_, i) => {
    const view = arena.allocate(length);
    view.set(numbers(length, i + 1));
    return view;
  });
  return { arena, views };
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0);
  expect(worst).toBeLessThan(2e-6);
}

describe("arena", () => {
  test.each([false, true])("SGD with momentum, Nesterov's form: %s", (nesterov) => {
    const { arena, views } = arrays(3);
    const [weights, gradients, velocities] = views;
    const before = views.map((view) => Array.from(view));
    arena.sgd(weights, gradients, velocities, { rate: 0.1, momentum: 0.9, nesterov });
    const velocity = before[2].map((v, i) => 0.9 * v - 0.1 * before[1][i]);
    const move = velocity.map((v, i) => (nesterov ? 0.9 * v - 0.1 * before[1][i] : v));
    expectClose(velocities, velocity);
    expectClose(
      weights,
      before[0].map((w, i) => w + move[i]),
    );
  });

  test.each([0, 0.3])("Adam, decoupled decay %f", (decay) => {
    const { arena, views } = arrays(4);
    const [weights, gradients, means, squares] = views;
    for (let i = 0; i < length; i++) squares[i] = Math.abs(squares[i]);
    const before = views.map((view) => Array.from(view));
    arena.adam(weights, gradients, means, squares, {
      rate: 0.01,
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-7,
      step: 3,
      decay,
    });
    const mean = before[2].map((m, i) => 0.9 * m + 0.1 * before[1][i]);
    const square = before[3].map((v, i) => 0.99 * v + 0.01 * before[1][i] ** 2);
    const rate = (0.01 * Math.sqrt(1 - 0.99 ** 3)) / (1 - 0.9 ** 3);
    expectClose(means, mean);
    expectClose(squares, square);
    expectClose(
      weights,
      before[0].map((w, i) => w - 0.01 * decay * w - (rate * mean[i]) / (Math.sqrt(square[i]) + 1e-7)),
    );
  });

  test("neighbours stay as they are, whatever the length", () => {
    const arena = new Arena([5, 5, 5, 5]);
    const views = Array.from({ length: 4 }, () => arena.allocate(5).fill(1));
    arena.sgd(views[0], views[1], views[2], { rate: 1, momentum: 0, nesterov: false });
    expect(Array.from(views[0])).toEqual([0, 0, 0, 0, 0]);
    expect(Array.from(views[1])).toEqual([1, 1, 1, 1, 1]);
    expect(Array.from(views[3])).toEqual([1, 1, 1, 1, 1]);
  });

  test("dropout masks are the numbers of the stream", () => {
    const seed = 2 ** 40 + 17;
    const arena = new Arena([length]);
    const mask = arena.allocate(length);
    arena.dropoutMask(mask, 0.25, seed, streamOf("dropout/3"));
    const stream = new RandomStream(seed, "dropout/3");
    expect(Array.from(mask)).toEqual(
      Array.from({ length }, () => (stream.uniform() < 0.25 ? 0 : Math.fround(1 / 0.75))),
    );
  });

  test("the runtime reads and writes it in place", async () => {
    const arena = new Arena([4, 4]);
    const [from, to] = [arena.allocate(4), arena.allocate(4)];
    from.set([1, 2, 3, 4]);
    const session = await createSession(compileGraph({ outputs: { y: add(input("x", [4]), scalar(1)) } }));
    const y = { data: to, shape: [4] };
    for (let run = 0; run < 3; run++) await session.run({ x: { data: from, shape: [4] } }, { y });
    await session.close();
    expect(Array.from(to)).toEqual([2, 3, 4, 5]);
  });

  test("room that was not asked for and arrays from elsewhere are refused", () => {
    const arena = new Arena([4]);
    const view = arena.allocate(4);
    expect(() => arena.allocate(1_000_000)).toThrow("no room left for 1000000 elements");
    expect(() =>
      arena.sgd(view, new Float32Array(4), view, { rate: 1, momentum: 0, nesterov: false }),
    ).toThrow("an array that this arena allocated");
    expect(() => new Arena([2 ** 31])).toThrow("Not enough memory");
  });
});
