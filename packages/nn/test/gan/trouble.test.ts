import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { headedFile, readHeaded } from "../../src/headed-file.ts";
import * as nn from "../../src/index.ts";
import { numbers } from "../support/run.ts";
import { smallGan, smallPictures, stateOf } from "../support/small-gan.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aumento-gan-trouble-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const quiet = { verbose: 0 } as const;

/** Vectors of two numbers, 200 of them, four batches an epoch; `vary` changes those of a step, counted from 1. */
function vectors(vary: (value: number, step: number) => number = (value) => value): nn.BatchSource {
  return {
    n: 200,
    length: 4,
    batchSize: 50,
    async *epoch(epoch) {
      for (let batch = 0; batch < 4; batch++) {
        const step = 4 * epoch + batch + 1;
        const data = Float32Array.from(numbers(100, step), (value) => vary(value, step));
        yield { x: { data, shape: [50, 2] } };
      }
    },
  };
}

/** A GAN of such vectors as small as can be; one whose generator is "still" makes one sample for ever. */
function lines({ still = false, rate = 1e-3 }: { still?: boolean; rate?: number } = {}): nn.Gan {
  const first = still ? [nn.dense(2, { kernelInitializer: "zeros", trainable: false })] : [];
  return nn.gan({
    generator: nn.sequential(
      [...first, nn.dense(2, { kernelInitializer: nn.randomNormal({ stddev: 0.2 }) })],
      { inputShape: [3], seed: 1 },
    ),
    discriminator: nn.sequential([nn.dense(1)], { inputShape: [2], seed: 2 }),
    generatorOptimizer: nn.dcganAdam(1e-4),
    discriminatorOptimizer: nn.dcganAdam(rate),
  });
}

describe("trouble", () => {
  test("a loss that is no number brings the last good state back", async () => {
    const gan = smallGan();
    await gan.fit(smallPictures(), { steps: 3, ...quiet });
    const good = stateOf(gan);
    const spoiled = smallPictures();
    const broken: nn.BatchSource = {
      ...spoiled,
      async *epoch(epoch) {
        for await (const { x, y } of spoiled.epoch(epoch))
          yield {
            x: { data: Float32Array.from(x.data, (v) => (epoch > 2 ? Number.NaN : v)), shape: x.shape },
            y,
          };
      },
    };
    const again = smallGan();
    const history = await again.fit(broken, { steps: 20, every: 3, ...quiet });
    expect(history.stopped).toBe("diverged");
    const event = history.events.at(-1)!;
    expect(event.kind).toBe("diverged");
    expect(event.message).toMatch(/discriminator's loss is NaN.*state of step 3 is kept/);
    expect(event.kept).toBe(3);
    expect(again.step).toBe(3);
    const kept = stateOf(again);
    for (const [name, values] of good) expect(kept.get(name), name).toEqual(values);
    const noNumbers = { data: new Float32Array(8 * 192).fill(Number.NaN), shape: [8, 8, 8, 3] };
    const y = { data: new Int32Array(8), shape: [8] };
    await expect(again.trainStep({ x: noNumbers, y })).rejects.toThrow(
      /Step 4: the discriminator's loss is NaN: the batch of real samples holds values that are not finite \(NaN in sample 0\)/,
    );
    await again.close();
  });

  test("a generator whose samples are alike when it is no longer young is called collapsed", async () => {
    for (const every of [2, 50]) {
      const gan = lines({ still: true });
      const history = await gan.fit(vectors(), { steps: 1300, every, ...quiet });
      expect(history.stopped).toBe("collapsed");
      expect(history.events.map(({ kind, step }) => [kind, step])).toEqual([
        ["alike", 1000 + every],
        ["collapsed", 1200 + every],
      ]);
      // No check found a good state: the last one stays.
      const event = history.events.at(-1)!;
      expect(event.message).toMatch(
        /differ by 0 % of what real ones.*last 200 steps.*collapsed.*no good state/,
      );
      expect(event.kept).toBeUndefined();
      expect(gan.step).toBe(1200 + every);
      // Who goes on all the same has as long until the next one.
      const more = await gan.fit(vectors(), { steps: 1200 + every + 100, every, ...quiet });
      expect(more.stopped).toBeUndefined();
    }
  });

  test("where the first step has no number there is no state to go back to", async () => {
    const history = await lines().fit(
      vectors(() => Number.NaN),
      { steps: 5, ...quiet },
    );
    expect(history.stopped).toBe("diverged");
    const event = history.events.at(-1)!;
    expect(event).toMatchObject({ step: 1, kind: "diverged" });
    expect(event.message).toMatch(/Step 1.*not finite.*There was no good state to go back to/);
    expect(event.kept).toBeUndefined();
  });

  test("onTrouble warn says it and goes on", async () => {
    const history = await lines({ rate: 0.3 }).fit(
      vectors((value) => value + 500),
      { steps: 1200, onTrouble: "warn", ...quiet },
    );
    expect(history.stopped).toBeUndefined();
    expect(history.step).toHaveLength(1200);
    expect(history.events.map(({ kind }) => kind)).toEqual(["saturated", "saturated"]);
    expect(history.events[0].message).not.toMatch(/state/);
  });
});

describe("a training that is interrupted ends as one that is not", () => {
  const far = (value: number) => value + 500;
  const kinds: Record<nn.GanTrouble, { make: () => nn.Gan; source: nn.BatchSource; at: number[] }> = {
    // Real samples become so different that generated ones are alike beside them.
    collapsed: {
      make: () => lines(),
      source: vectors((value, step) => (step < 42 ? value : 100 * value)),
      at: [1, 40, 45, 60, 245],
    },
    saturated: { make: () => lines({ rate: 0.3 }), source: vectors(far), at: [3, 200, 225, 671] },
    diverged: {
      make: () => lines(),
      source: vectors((value, step) => (step < 78 ? value : Number.NaN)),
      at: [5, 70, 71, 77],
    },
  };
  for (const [kind, { make, source, at }] of Object.entries(kinds))
    test(kind, async () => {
      const fit = (gan: nn.Gan, steps: number) => gan.fit(source, { steps, every: 10, ...quiet });
      const whole = make();
      const { stopped, events } = await fit(whole, 700);
      expect(stopped).toBe(kind);
      expect(events.at(-1)?.kept).toBe(whole.step);
      expect(whole.step).toBeGreaterThan(1);
      const wanted = stateOf(whole);
      for (const step of at) {
        const first = make();
        const before = await fit(first, step);
        expect(before.stopped, `until ${step}`).toBeUndefined();
        await first.save(folder);
        // The same object goes on as one that is loaded does.
        for (const gan of [first, await nn.loadGan(folder)]) {
          const after = await fit(gan, 700);
          expect([...before.events, ...after.events], `from ${step}`).toEqual(events);
          expect([after.stopped, gan.step, gan.cursor]).toEqual([stopped, whole.step, whole.cursor]);
          expect(gan.watch.state).toEqual(whole.watch.state);
          expect(stateOf(gan)).toEqual(wanted);
        }
      }
    });

  test("a checkpoint from before this was kept still loads", async () => {
    const gan = lines();
    await gan.fit(vectors(), { steps: 12, every: 10, ...quiet });
    await gan.save(folder);
    const path = join(folder, "gan.checkpoint");
    const bytes = await readFile(path);
    const { header, start } = readHeaded<Record<string, unknown>>("AUMGAN01", bytes)!;
    expect(header).toMatchObject({ step: 12, good: { step: 10 }, watch: { wasDiverse: true } });
    const { watch: _watch, good: _good, ...older } = header;
    const body = bytes.subarray(start);
    const file = headedFile("AUMGAN01", older, body.length);
    file.bytes.set(body, file.start);
    await writeFile(path, file.bytes);
    const loaded = await nn.loadGan(folder);
    expect(stateOf(loaded)).toEqual(stateOf(gan));
    expect(loaded.watch.state).toMatchObject({ wasDiverse: false, alike: 0, certain: 0 });
    const history = await loaded.fit(
      vectors(() => Number.NaN),
      { steps: 20, ...quiet },
    );
    expect(history.events.at(-1)).toMatchObject({ kind: "diverged", kept: 12 });
  });
});
