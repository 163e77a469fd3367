import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { compileGraph } from "../src/onnx/serialize.ts";
import { input, neg } from "../src/ops/index.ts";
import { blockSize, createSession, useRuntime } from "../src/runtime/index.ts";

const ort = await import("onnxruntime-node");
const model = compileGraph({ outputs: { y: neg(input("x", [2])) } });

/** ONNX Runtime as one without the blocked ops behaves, for instance onnxruntime-web. */
const withoutBlocks = {
  Tensor: ort.Tensor,
  InferenceSession: {
    create(bytes: Uint8Array, options: object) {
      if (Buffer.from(bytes).includes("com.microsoft.nchwc")) throw new Error("not a registered function/op");
      return ort.InferenceSession.create(bytes, options);
    },
  },
};

afterEach(() => useRuntime(ort));

describe("runtime", () => {
  test("is found by itself, and its block size is a power of two or none", async () => {
    const block = await blockSize();
    expect([undefined, 4, 8, 16, 32]).toContain(block);
    expect(await blockSize()).toBe(block);
  });

  test("without blocked ops the plain layout is used", async () => {
    useRuntime(withoutBlocks);
    expect(await blockSize()).toBeUndefined();
    const session = await createSession(model);
    const { y } = await session.run({ x: { data: Float32Array.of(1, -2), shape: [2] } });
    expect(Array.from(y.data)).toEqual([-1, 2]);
    await session.close();
  });

  test("a namespace object and its default export are both taken", async () => {
    useRuntime({ default: withoutBlocks });
    await (await createSession(model)).close();
  });

  test("where neither package is installed, the error says which to install", () => {
    const hooks = `export async function resolve(name, context, next) {
      if (name.startsWith("onnxruntime")) throw new Error("Cannot find package " + name);
      return next(name, context);
    }`;
    const data = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const register = `import { register } from "node:module"; register(${JSON.stringify(data(hooks))});`;
    const built = new URL("../dist/runtime/index.js", import.meta.url).href;
    const program = `import { createSession } from ${JSON.stringify(built)};
      await createSession(new Uint8Array(1)).catch((error) => console.log(error.code, error.message));`;
    const output = execFileSync(
      process.execPath,
      ["--import", data(register), "--input-type=module", "--eval", program],
      { encoding: "utf8" },
    );
    expect(output).toBe(
      'runtime ONNX Runtime was not found: install "onnxruntime-node" (npm install onnxruntime-node).\n',
    );
  });

  test("anything else is refused", () => {
    expect(() => useRuntime({})).toThrow("expected the module onnxruntime-node or onnxruntime-web");
    expect(() => useRuntime(undefined)).toThrow("expected the module onnxruntime-node or onnxruntime-web");
  });
});
