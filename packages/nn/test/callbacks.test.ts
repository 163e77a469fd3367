import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Callback, Direction, Logs, TrainingRun } from "../src/callbacks/callback.ts";
import { showDuration } from "../src/callbacks/progress-line.ts";
import { fillTemplate } from "../src/callbacks/template.ts";
import * as nn from "../src/index.ts";
import { bars } from "./support/bars.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "aumento-callbacks-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Plays epochs with given logs to callbacks, as fit does; the weight of the model is the number of epochs trained. */
async function play(
  callbacks: readonly Callback[],
  epochs: readonly Logs[],
  options: { initialEpoch?: number } = {},
) {
  let weight = 0;
  let stopped: string | undefined;
  const saved: string[] = [];
  const rates: number[] = [];
  const run: TrainingRun = {
    model: {
      getWeights: () => [{ data: Float32Array.of(weight), shape: [1] }],
      setWeights: ([{ data }]) => {
        weight = data[0];
      },
      optimizer: { learningRate: 1 },
      save: async (path) => void saved.push(path),
    },
    initialEpoch: options.initialEpoch ?? 0,
    epochs: epochs.length,
    steps: 1,
    samples: 10,
    quantities: new Map(
      Object.keys(epochs[0] ?? {}).map((name): [string, Direction | undefined] => [
        name,
        name.endsWith("loss") ? "min" : name.endsWith("accuracy") ? "max" : undefined,
      ]),
    ),
    stop: (reason) => {
      stopped = reason;
    },
  };
  for (const callback of callbacks) await callback.onTrainBegin?.(run);
  let done = 0;
  for (const [epoch, given] of epochs.entries()) {
    if (stopped) break;
    const logs = { ...given };
    for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run);
    rates.push(run.model.optimizer.learningRate);
    weight = epoch + 1;
    done++;
    for (const callback of callbacks) await callback.onBatchEnd?.(0, logs, run);
    for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run);
  }
  for (const callback of callbacks) await callback.onTrainEnd?.(run);
  return { weight, stopped, saved, rates, done };
}

const losses = (...values: number[]): Logs[] => values.map((value) => ({ loss: 1, val_loss: value }));

describe("earlyStopping", () => {
  it("stops after patience epochs without improvement and restores the best", async () => {
    const result = await play(
      [nn.earlyStopping({ patience: 2, restoreBestWeights: true })],
      losses(3, 1, 2, 1.5, 0.5),
    );
    expect(result).toMatchObject({ done: 4, stopped: "early", weight: 2 });
    const kept = await play([nn.earlyStopping({ patience: 2 })], losses(3, 1, 2, 1.5, 0.5));
    expect(kept).toMatchObject({ done: 4, weight: 4 });
  });

  it("restores the best also where training was not stopped", async () => {
    const result = await play([nn.earlyStopping({ patience: 9, restoreBestWeights: true })], losses(3, 1, 2));
    expect(result).toMatchObject({ stopped: undefined, weight: 2 });
  });

  it("counts only improvements of more than minDelta, from startFromEpoch on", async () => {
    const small = losses(1, 0.95, 0.9, 0.85, 0.8);
    expect((await play([nn.earlyStopping({ patience: 2, minDelta: 0.2 })], small)).done).toBe(3);
    expect(
      (await play([nn.earlyStopping({ patience: 2, minDelta: 0.2, startFromEpoch: 2 })], small)).done,
    ).toBe(5);
    expect((await play([nn.earlyStopping({ patience: 2, minDelta: 0.04 })], small)).done).toBe(5);
  });

  it("asks for a baseline within the patience", async () => {
    const falling = losses(1, 0.9, 0.8, 0.7, 0.6, 0.5);
    expect((await play([nn.earlyStopping({ patience: 3, baseline: 0.1 })], falling)).done).toBe(6);
    expect(
      (await play([nn.earlyStopping({ patience: 3, baseline: 0.1 })], losses(1, 0.9, 0.95, 0.99, 1, 1))).done,
    ).toBe(3);
    expect(
      (await play([nn.earlyStopping({ patience: 3, baseline: 0.75 })], losses(1, 0.7, 0.8, 0.9, 1, 1))).done,
    ).toBe(5);
  });

  it("knows which direction is better, and takes one that is given", async () => {
    const rising = [0.1, 0.2, 0.3, 0.4].map((value) => ({ val_accuracy: value, val_score: value }));
    expect((await play([nn.earlyStopping({ monitor: "val_accuracy" })], rising)).done).toBe(4);
    expect((await play([nn.earlyStopping({ monitor: "val_accuracy", mode: "min" })], rising)).done).toBe(2);
    expect((await play([nn.earlyStopping({ monitor: "val_score", mode: "max" })], rising)).done).toBe(4);
    await expect(play([nn.earlyStopping({ monitor: "val_score" })], rising)).rejects.toThrow(
      /give mode "min" or "max"/,
    );
  });
});

describe("a monitored name that does not exist", () => {
  const model = async () => {
    const made = nn.sequential([nn.flatten(), nn.dense(2, { activation: "softmax" })], {
      inputShape: [12, 12, 3],
    });
    await made.compile({ loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    return made;
  };
  it("fails before the first step and lists those that do", async () => {
    const trained = await model();
    const data = bars(8, 1);
    const fit = (callback: Callback, validation = true) =>
      trained.fit(data, { verbose: 0, callbacks: [callback], validationData: validation ? data : undefined });
    const all = /there are loss, accuracy, val_loss, val_accuracy$/;
    await expect(fit(nn.earlyStopping({ monitor: "val_acc" }))).rejects.toThrow(all);
    await expect(fit(nn.modelCheckpoint("x.onnx", { monitor: "acc", saveBestOnly: true }))).rejects.toThrow(
      all,
    );
    await expect(fit(nn.reduceLROnPlateau({ monitor: "lr" }))).rejects.toThrow(all);
    await expect(fit(nn.modelCheckpoint("{epoch}-{val_f1:.2f}.onnx"))).rejects.toThrow(
      /no "val_f1"; there are epoch, loss/,
    );
    await expect(fit(nn.earlyStopping(), false)).rejects.toThrow(
      /val_loss" is not measured.*there are loss, accuracy \(val_… needs validationData\)/,
    );
    expect(trained.optimizer.iterations).toBe(0);
  });
});

describe("modelCheckpoint", () => {
  it("saves every epoch or only better ones, named by template", async () => {
    const every = await play([nn.modelCheckpoint("m-{epoch:02d}-{val_loss:.2f}.onnx")], losses(3, 1));
    expect(every.saved).toEqual(["m-01-3.00.onnx", "m-02-1.00.onnx"]);
    const best = await play(
      [nn.modelCheckpoint("best-{epoch}.onnx", { saveBestOnly: true })],
      losses(3, 1, 2, 0.5),
    );
    expect(best.saved).toEqual(["best-1.onnx", "best-2.onnx", "best-4.onnx"]);
    const resumed = await play(
      [nn.modelCheckpoint("best-{epoch}.onnx", { saveBestOnly: true, initialValueThreshold: 0.9 })],
      losses(3, 1, 2, 0.5),
    );
    expect(resumed.saved).toEqual(["best-4.onnx"]);
    expect(() => nn.modelCheckpoint("model.keras")).toThrow(/ends in \.onnx/);
  });

  it("writes models with the training's facts that can be loaded", async () => {
    const own = join(folder, "checkpoints");
    const model = nn.sequential([nn.flatten(), nn.dense(2, { activation: "softmax" })], {
      inputShape: [12, 12, 3],
    });
    await model.compile({ loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
    const metadata = { classNames: ["standing", "lying"], training: { data: "bars" } };
    const { history } = await model.fit(bars(40, 1), {
      epochs: 2,
      verbose: 0,
      callbacks: [nn.modelCheckpoint(join(own, "e{epoch}.onnx"), { metadata })],
    });
    const trained = model.getWeights();
    expect((await readdir(own)).sort()).toEqual([
      "e1.onnx",
      "e1.optimizer.bin",
      "e2.onnx",
      "e2.optimizer.bin",
    ]);
    const lean = nn.modelCheckpoint(join(folder, "lean", "m.onnx"), { saveOptimizer: false });
    await model.fit(bars(8, 1), { verbose: 0, callbacks: [lean] });
    expect(await readdir(join(folder, "lean"))).toEqual(["m.onnx"]);
    const loaded = await nn.loadModel(join(own, "e2.onnx"));
    expect(loaded.getWeights()).toEqual(trained);
    expect(loaded.metadata).toEqual({
      classNames: metadata.classNames,
      training: { data: "bars", epoch: 2, logs: { loss: history.loss[1], accuracy: history.accuracy[1] } },
    });
  });
});

describe("learning rates", () => {
  it("fall when the monitored quantity no longer improves, not below minLr, with a pause", async () => {
    const stuck = losses(1, 1, 1, 1, 1, 1, 1);
    const plain = await play([nn.reduceLROnPlateau({ factor: 0.5, patience: 2 })], stuck);
    expect(plain.rates).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25]);
    const slow = await play(
      [nn.reduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 2, minLr: 0.3 })],
      stuck,
    );
    expect(slow.rates).toEqual([1, 1, 0.5, 0.5, 0.3, 0.3, 0.3]);
    expect(() => nn.reduceLROnPlateau({ factor: 1 })).toThrow(/factor: expected a number above 0 below 1/);
  });

  it("follow a schedule, and are logged", async () => {
    const seen: number[] = [];
    const spy: Callback = { onEpochEnd: (_, logs) => void seen.push(logs.learning_rate) };
    const result = await play(
      [nn.learningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 10)), spy],
      losses(1, 1, 1, 1),
    );
    expect(result.rates).toEqual([1, 1, 0.1, 0.01]);
    expect(seen).toEqual(result.rates);
    await expect(play([nn.learningRateScheduler(() => Number.NaN)], losses(1))).rejects.toThrow(
      /schedule\(0\) must give/,
    );
  });

  it("act on the steps", async () => {
    const model = nn.sequential([nn.flatten(), nn.dense(2, { activation: "softmax" })], {
      inputShape: [12, 12, 3],
    });
    await model.compile({ loss: "sparse_categorical_crossentropy" });
    const before = model.getWeights();
    const { history } = await model.fit(bars(8, 1), {
      verbose: 0,
      callbacks: [nn.learningRateScheduler(() => 0)],
    });
    expect(history.learning_rate).toEqual([0]);
    expect(model.getWeights()).toEqual(before);
    expect(() => {
      model.optimizer.learningRate = -1;
    }).toThrow(/learningRate/);
  });
});

describe("loggers", () => {
  it("write CSV with Keras' columns, and go on in a file", async () => {
    const path = join(folder, "log.csv");
    await play([nn.csvLogger(path)], [{ loss: 0.5, accuracy: 0.25 }, { loss: 0.25 }]);
    expect(await readFile(path, "utf8")).toBe("epoch,accuracy,loss\n0,0.25,0.5\n1,NA,0.25\n");
    await play([nn.csvLogger(path, { append: true })], [{ loss: 1, accuracy: 2, val_loss: 3 }]);
    expect(await readFile(path, "utf8")).toBe("epoch,accuracy,loss\n0,0.25,0.5\n1,NA,0.25\n0,2,1\n");
    await play([nn.csvLogger(path, { separator: ";" })], [{ loss: 1 }]);
    expect(await readFile(path, "utf8")).toBe("epoch;loss\n0;1\n");
    await expect(play([nn.csvLogger(join(path, "inside.csv"))], losses(1))).rejects.toThrow(
      /inside\.csv: cannot write it/,
    );
  });

  it("write the history as JSON, and go on in a file", async () => {
    const path = join(folder, "history.json");
    await play([nn.historyLogger(path)], losses(2, 1));
    await play([nn.historyLogger(path, { append: true })], [{ loss: 0, learning_rate: 0.1 }]);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      epoch: [0, 1, 0],
      history: { loss: [1, 1, 0], val_loss: [2, 1, null], learning_rate: [null, null, 0.1] },
    });
    await writeFile(path, "something else");
    await expect(play([nn.historyLogger(path, { append: true })], losses(1))).rejects.toThrow(
      /not a history/,
    );
    expect(await readFile(path, "utf8")).toBe("something else");
  });
});

describe("progressLine", () => {
  const text = async (isTTY: boolean, columns = 200) => {
    let written = "";
    const stream = {
      isTTY,
      columns,
      write(part: string) {
        written += part;
      },
    };
    await play([nn.progressLine(stream)], [{ loss: 0.5, tiny: 1e-5 }]);
    return written;
  };
  it("is a bar on a terminal and a line elsewhere", async () => {
    expect(await text(false)).toMatch(
      /^Epoch 1\/1 - 0s, \d+ms\/step, \d+\/s - loss: 0\.5000 - tiny: 1\.0000e-5\n$/,
    );
    const live = await text(true);
    expect(live).toMatch(/Epoch 1\/1\n/);
    expect(live).toMatch(/1\/1 ━{20} 0s left, \d+ms\/step, \d+\/s - loss: 0\.5000/);
    expect(live).toMatch(/1\/1 ━{20} 0s \d+ms\/step, \d+\/s - loss: 0\.5000 - tiny: 1\.0000e-5\n/);
  });
  it("tells of features where some were computed, or the first time", async () => {
    const written: string[] = [];
    const { onFeatures, ...line } = nn.progressLine({ write: (part) => void written.push(part) });
    const featuresOf = (computed: number) => (_: number, run: TrainingRun) => {
      for (const subset of ["training", "validation"] as const)
        onFeatures?.({ subset, done: 8, total: 8, computed: subset === "training" ? computed : 0 }, run);
    };
    const steps = [5, 2, 0, 1].map(featuresOf);
    const computing: Callback = { onEpochBegin: (epoch, run) => steps[epoch](epoch, run) };
    await play([line, computing], losses(4, 3, 2, 1));
    expect(written.map((part) => part.replace(/(Epoch \d|computed).*\n/, "$1"))).toEqual([
      "Features of 8 pictures for training - 0s, 5 computed",
      "Features of 8 pictures for validation - 0s, 0 computed",
      "Epoch 1",
      "Features of 8 pictures for training - 0s, 2 computed",
      "Epoch 2",
      "Epoch 3",
      "Features of 8 pictures for training - 0s, 1 computed",
      "Epoch 4",
    ]);
  });
  it("never is wider than the terminal while it moves", async () => {
    const [, moving] = (await text(true, 30)).split("\r\x1b[K");
    expect(moving).toMatch(/^1\/1 ━/);
    expect(moving).toHaveLength(29);
  });
  it("tells durations as people do", () => {
    expect([8.4, 59.6, 125, 3780].map(showDuration)).toEqual(["8s", "1m00s", "2m05s", "1h03m"]);
  });
  it("is shown by fit unless it shall be quiet", async () => {
    const model = nn.sequential([nn.flatten(), nn.dense(2, { activation: "softmax" })], {
      inputShape: [12, 12, 3],
    });
    await model.compile({ loss: "sparse_categorical_crossentropy" });
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await model.fit(bars(8, 1), { epochs: 2, verbose: 2 });
    const lines = log.mock.calls.map(([line]) => String(line));
    await model.fit(bars(8, 1), { verbose: 0 });
    const calls = log.mock.calls.length;
    log.mockRestore();
    expect(lines).toEqual([expect.stringMatching(/^Epoch 1\/2 - /), expect.stringMatching(/^Epoch 2\/2 - /)]);
    expect(calls).toBe(2);
  });
});

describe("file name templates", () => {
  it("format numbers as Python does", () => {
    const values = { epoch: 7, val_loss: 0.126 };
    expect(fillTemplate("{epoch:02d}-{val_loss:.2f}", values)).toBe("07-0.13");
    expect(fillTemplate("{epoch}_{val_loss:.1%}_{val_loss:.1e}_{epoch:4d}", values)).toBe(
      "7_12.6%_1.3e-1_   7",
    );
    expect(() => fillTemplate("{epoch:xx}", values)).toThrow(/format "xx"/);
    expect(() => fillTemplate("{acc}", values)).toThrow(/no "acc"; there are epoch, val_loss/);
  });
});
