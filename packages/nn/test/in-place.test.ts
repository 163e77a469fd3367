import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { compileGraph } from "../src/onnx/serialize.ts";
import { add, input, scalar } from "../src/ops/index.ts";
import { createSession, useRuntime } from "../src/runtime/index.ts";

/** A runtime that takes memory for outputs, gives it back and leaves it as it was, as onnxruntime-web 1.30 does. */
const forgetful = {
  Tensor: ort.Tensor,
  InferenceSession: {
    async create(model: Uint8Array) {
      const session = await ort.InferenceSession.create(model);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        release: () => session.release(),
        async run(feeds: ort.InferenceSession.FeedsType, fetches: Record<string, ort.Tensor | null> = {}) {
          const results = await session.run(feeds);
          return { ...results, ...Object.fromEntries(Object.entries(fetches).filter(([, given]) => given)) };
        },
      };
    },
  },
};

it.each([
  ["that writes into memory given for an output", ort],
  ["that does not", forgetful],
])("a runtime %s", async (_, runtime) => {
  useRuntime(runtime);
  const x = input("x", [3]);
  const session = await createSession(
    compileGraph({ outputs: { y: add(x, scalar(1)), z: add(x, scalar(2)) } }),
  );
  const given = { data: new Float32Array(3), shape: [3] };
  const { y, z } = await session.run(
    { x: { data: Float32Array.of(1, 2, 3), shape: [3] } },
    { y: given, z: null },
  );
  expect(y).toBe(given);
  expect([...given.data]).toEqual([2, 3, 4]);
  expect([...z.data].map(Number)).toEqual([3, 4, 5]);
  await session.close();
});
