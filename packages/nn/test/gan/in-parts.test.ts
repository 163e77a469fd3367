import { describe, expect, test } from "vitest";
import { diffAugment } from "../../src/gan/diff-augment.ts";
import { type GanGraph, generatorGraph, inParts, LOSS, MADE } from "../../src/gan/step-graph.ts";
import * as nn from "../../src/index.ts";
import { compileGraph } from "../../src/onnx/serialize.ts";
import { RandomStream } from "../../src/random.ts";
import { blockSize, createSession, type SessionTensor } from "../../src/runtime/index.ts";
import { sizeOf } from "../../src/tensor.ts";
import { numbers } from "../support/run.ts";

const N = 2;
const LATENT = 5;

async function run(
  { outputs, handed }: GanGraph,
  feeds: Readonly<Record<string, SessionTensor>>,
  block: number | undefined,
): Promise<Record<string, SessionTensor>> {
  const session = await createSession(compileGraph({ outputs, asComputed: handed, block }), { threads: 1 });
  try {
    return await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]])));
  } finally {
    await session.close();
  }
}

describe("the generator's step in two parts", () => {
  for (const upsampling of ["transposed", "nearest"] as const)
    for (const layout of ["plain", "blocked"])
      test(`${upsampling}, ${layout}: comes to what the whole comes to`, async (context) => {
        const block = layout === "blocked" ? await blockSize() : undefined;
        if (layout === "blocked" && !block)
          return context.skip("this machine's ONNX Runtime has no blocked layout");
        const models = nn.dcgan({ size: 32, filters: block ?? 4, latent: LATENT, upsampling });
        const graph = generatorGraph({
          generator: models.generator.network,
          discriminator: models.discriminator.network,
          n: N,
          classes: 0,
          loss: "nonSaturating",
          labelSmoothing: 0,
          diffAugment: diffAugment(),
        });
        const feeds: Record<string, SessionTensor> = {
          latent: { data: numbers(N * LATENT, 6), shape: [N, LATENT] },
        };
        for (const { name, side, weight } of graph.reads)
          feeds[name] = { data: models[side].state.value(weight.path), shape: weight.storedShape };
        for (const { name, shape, fill } of graph.drawn) {
          const data = new Float32Array(sizeOf(shape));
          fill(data, new RandomStream(7, name));
          feeds[name] = { data, shape };
        }
        const { making, judging } = inParts(graph, block);
        expect(Object.keys(judging.outputs)).toContain(LOSS);
        const whole = await run(graph, feeds, block);
        const made = await run(making, feeds, block);
        const judged = await run(judging, { ...feeds, ...made }, block);
        const both: Record<string, SessionTensor> = { ...made, ...judged };
        expect(Object.keys(whole)).toEqual(expect.arrayContaining([LOSS, MADE]));
        for (const [name, { data, shape }] of Object.entries(whole)) {
          const scale = Math.max(1e-6, ...Array.from(data, (item) => Math.abs(Number(item))));
          expect(both[name].shape, name).toEqual(shape);
          const apart = Array.from(data, (item, i) => Math.abs(Number(item) - Number(both[name].data[i])));
          expect(apart.reduce((a, b) => Math.max(a, b)) / scale, name).toBeLessThan(1e-5);
        }
        expect(making.handed.size).toBeGreaterThan(3);
      });
});
