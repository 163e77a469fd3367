import { describe, expect, test } from "vitest";
import { diffAugment } from "../../src/gan/diff-augment.ts";
import {
  discriminatorGraph,
  type GanGraph,
  type GanGraphOptions,
  generatorGraph,
  LOSS,
  SIDES,
} from "../../src/gan/step-graph.ts";
import * as nn from "../../src/index.ts";
import { compileGraph } from "../../src/onnx/serialize.ts";
import { RandomStream } from "../../src/random.ts";
import { createSession, type SessionTensor } from "../../src/runtime/index.ts";
import { sizeOf } from "../../src/tensor.ts";
import { numbers } from "../support/run.ts";

const N = 3;
const CLASSES = 2;
const LATENT = 3;

const networks = (classes: number, spectral: boolean) => {
  const down = nn.conv2d(3, 4, { strides: 2, padding: "same" });
  return {
    generator: nn.sequential(
      [
        nn.dense(16),
        nn.reshape([2, 2, 4]),
        nn.batchNormalization(),
        nn.activation("tanh"),
        nn.conv2dTranspose(3, 4, { strides: 2, padding: "same", activation: "tanh" }),
      ],
      { inputShape: [LATENT + classes], seed: 1 },
    ).network,
    discriminator: nn.sequential(
      [
        spectral ? nn.spectralNormalization(down) : down,
        ...(spectral ? [] : [nn.batchNormalization()]),
        nn.activation("tanh"),
        nn.flatten(),
        nn.dense(Math.max(1, classes)),
      ],
      { inputShape: [4, 4, 3], seed: 2 },
    ).network,
  };
};

/** Numbers for all that a graph is fed, by its names. */
function feedsOf(graph: GanGraph, classes: number): Record<string, SessionTensor> {
  const feeds: Record<string, SessionTensor> = {
    real: { data: Uint8Array.from(numbers(N * 48, 5), (x) => 128 + 120 * x), shape: [N, 4, 4, 3] },
    made: { data: numbers(N * 48, 8), shape: [N, 3, 4, 4] },
    latent: { data: numbers(N * LATENT, 6), shape: [N, LATENT] },
  };
  if (classes > 0)
    feeds.classes = {
      data: Float32Array.from({ length: N * classes }, (_, i) =>
        Math.floor(i / classes) % classes === i % classes ? 1 : 0,
      ),
      shape: [N, classes],
    };
  for (const [i, { name, weight }] of graph.reads.entries()) {
    const positive = weight.name === "gamma" || weight.name === "moving_variance";
    const data = numbers(weight.size, 10 + i).map((x) => (positive ? 1 + 0.3 * x : 0.7 * x));
    feeds[name] = { data, shape: weight.storedShape };
  }
  for (const { name, shape, fill } of graph.drawn) {
    const data = new Float32Array(sizeOf(shape));
    fill(data, new RandomStream(7, name));
    feeds[name] = { data, shape };
  }
  return feeds;
}

/** Compares gradients with central differences, at up to `most` places of each weight. */
async function check(graph: GanGraph, classes: number, most = 6): Promise<void> {
  const feeds = feedsOf(graph, classes);
  const session = await createSession(compileGraph({ outputs: graph.outputs }), { threads: 1 });
  const used = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]]));
  // The gradient of spectral normalization takes its vectors for constants, which they are at the end of the iteration.
  const vectors = graph.updates.filter(({ weight }) => weight.name === "vector_u");
  for (let i = 0; vectors.length > 0 && i < 60; i++) {
    const next = await session.run(used, Object.fromEntries(vectors.map(({ name }) => [name, null])));
    for (const { name } of vectors)
      (feeds[name.replace(":next", "")].data as Float32Array).set(next[name].data as Float32Array);
  }
  const analytic = await session.run(used);
  const loss = async () => Number((await session.run(used, { [LOSS]: null }))[LOSS].data[0]);
  const step = 2 ** -7;
  expect(graph.gradients.length).toBeGreaterThan(2);
  let largest = 0;
  for (const { name, weight } of graph.gradients) {
    const data = feeds[name.replace(":gradient", "")].data as Float32Array;
    const gradient = analytic[name].data;
    const scale = Math.max(0.05, ...Array.from(gradient, (item) => Math.abs(Number(item))));
    largest = Math.max(largest, scale);
    for (let k = 0; k < Math.min(most, weight.size); k++) {
      const place = Math.floor((k * weight.size) / Math.min(most, weight.size));
      const kept = data[place];
      data[place] = kept + step;
      const above = await loss();
      data[place] = kept - step;
      const below = await loss();
      data[place] = kept;
      const difference = (above - below) / (2 * step);
      expect(
        Math.abs(Number(gradient[place]) - difference) / scale,
        `${name}[${place}]: ${gradient[place]} against ${difference}`,
      ).toBeLessThan(4e-3);
    }
  }
  expect(largest).toBeGreaterThan(0.05);
  await session.close();
}

describe("gradients of both steps by finite differences", () => {
  for (const loss of ["nonSaturating", "minimax", "hinge"] as const)
    for (const [title, varied, classes, spectral] of [
      ["plain", undefined, 0, false],
      ["augmented, with classes", diffAugment(), CLASSES, false],
      ["augmented, spectral normalization", diffAugment(), 0, true],
    ] as const) {
      const options: GanGraphOptions = {
        ...networks(classes, spectral),
        n: N,
        classes,
        loss,
        labelSmoothing: loss === "hinge" ? 0 : 0.1,
        diffAugment: varied,
      };
      test(`${loss}, ${title}: discriminator`, () => check(discriminatorGraph(options, "uint8"), classes));
      test(`${loss}, ${title}: generator`, () => check(generatorGraph(options), classes));
    }

  test("each step has gradients of its own network alone, and reads both", () => {
    const options: GanGraphOptions = {
      ...networks(0, false),
      n: N,
      classes: 0,
      loss: "hinge",
      labelSmoothing: 0,
      diffAugment: undefined,
    };
    const graphs = {
      generator: generatorGraph(options),
      discriminator: discriminatorGraph(options, "uint8"),
    };
    for (const side of SIDES) {
      expect(new Set(graphs[side].gradients.map((bound) => bound.side))).toEqual(new Set([side]));
      expect(new Set(graphs[side].updates.map((bound) => bound.side))).toEqual(new Set([side]));
      expect(new Set(graphs[side].reads.map((bound) => bound.side))).toEqual(new Set(SIDES));
    }
  });
});
