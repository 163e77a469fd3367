import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describeAnswer } from "../../src/experiment/answer.ts";
import { type ArmPlan, armOf, armTitle, comparablePairs } from "../../src/experiment/arms.ts";
import type { Arm, Comparison, Evaluation, Network, Result, Run } from "../../src/experiment/result.ts";
import { comparePaired } from "../../src/experiment/statistics.ts";

const classNames = ["daisy", "dandelion", "rose", "sunflower", "tulip"];
const epochs = 10;
const pictures = 200;

function evaluation(rightEvery: number): { evaluation: Evaluation; right: boolean[] } {
  const right = Array.from({ length: pictures }, (_, index) => index % rightEvery !== 0);
  const confusion = classNames.map(() => classNames.map(() => 0));
  for (const [index, isRight] of right.entries()) {
    const actual = index % classNames.length;
    confusion[actual][isRight ? actual : (actual + 1 + (index % 3)) % classNames.length]++;
  }
  return {
    right,
    evaluation: {
      pictures,
      accuracy: right.filter(Boolean).length / pictures,
      loss: 1 / rightEvery,
      confusion,
      groups: [],
      mistakes: [0, 1, 2, 3, 4].map((index) => ({
        file: `rose/a rather long picture name that has to be cut ${index}.jpg`,
        actual: "rose",
        predicted: "tulip",
        confidence: 0.99 - index * 0.04,
        actualProbability: 0.005 + index * 0.01,
      })),
    },
  };
}

const plain: Network = {
  name: "course",
  kind: "plain",
  parameters: 6_446_373,
  trained: 6_446_373,
  layers: ["rescaling", "conv 16", "max pooling", "flatten", "dense 128", "dense 5"],
};
const backbone: Network = {
  name: "efficientnet-lite0",
  kind: "backbone",
  parameters: 3_377_413,
  trained: 6405,
  layers: Array.from({ length: 140 }, (_, index) => `blocks.${index}`),
};

function run(seed: number, arm: ArmPlan): { run: Run; right: boolean[] } {
  const name = arm.augment ? "with" : "without";
  const ceiling = name === "with" ? 0.78 : 0.99;
  const validationCeiling = name === "with" ? 0.75 : 0.66;
  const wobble = (epoch: number) => 0.015 * Math.sin(seed * 3 + epoch * 2.1);
  const transfer = arm.network === "backbone" ? 5 : 0;
  const { evaluation: validation, right } = evaluation(transfer + (name === "with" ? 5 : 3 + (seed % 2)));
  return {
    right,
    run: {
      seed,
      status: "finished",
      stoppedEarly: name === "without",
      epochs: Array.from({ length: name === "without" ? epochs - 2 : epochs }, (_, index) => ({
        epoch: index + 1,
        loss: 1.6 * Math.exp(-index / (name === "with" ? 7 : 2.5)),
        accuracy: ceiling - (ceiling - 0.3) * Math.exp(-(index + 1) / 3),
        valLoss: name === "with" ? 0.75 + 0.7 * Math.exp(-index / 4) : 1.05 + 0.06 * (index - 3) ** 2,
        valAccuracy:
          validationCeiling - (validationCeiling - 0.3) * Math.exp(-(index + 1) / 2) + wobble(index),
        seconds: 31.2,
      })),
      unfrozenFrom: null,
      bestEpoch: name === "with" ? 9 : 7,
      model: `seed-${seed}/${arm.id}/best.onnx`,
      validation,
      test: null,
    },
  };
}

/** Draws the few pictures the made-up result speaks of below `folder`. */
async function drawPictures(folder: string, arms: readonly ArmPlan[]): Promise<void> {
  await mkdir(join(folder, "rose"), { recursive: true });
  await mkdir(join(folder, "seen"), { recursive: true });
  const draw = (hue: number, file: string) =>
    sharp({ create: { width: 96, height: 96, channels: 3, background: `hsl(${hue},60%,55%)` } })
      .jpeg()
      .toFile(join(folder, file));
  for (let index = 0; index < 5; index++) {
    await draw(index * 60, `rose/a rather long picture name that has to be cut ${index}.jpg`);
  }
  for (let index = 0; index < 8; index++) {
    for (const { id, augment } of arms)
      await draw(index * 40 + (augment ? 20 : 0), `seen/${id}-${index}.jpg`);
  }
}

export const twoArms = [armOf(), armOf({ augment: true })];
export const fourArms = [
  ...twoArms,
  armOf({ network: "backbone" }),
  armOf({ network: "backbone", augment: true }),
];

/** A whole result with invented figures, and the pictures it names below `folder`. */
export async function madeUpResult(folder: string, seeds: number, plans = twoArms): Promise<Result> {
  await drawPictures(folder, plans);
  const runs = new Map(
    plans.map((plan) => [plan.id, Array.from({ length: seeds }, (_, index) => run(123 + index, plan))]),
  );
  const arms: Arm[] = plans.map((plan) => ({
    name: plan.id,
    title: armTitle(plan, plans, plan.augment ? "course augmentation" : "no augmentation"),
    network: plan.network === "plain" ? plain : backbone,
    pipeline: plan.augment ? "course" : null,
    synthetic: null,
    epochs,
    runs: runs.get(plan.id)!.map((one) => one.run),
    seen: Array.from({ length: 8 }, (_, tile) => ({
      path: `seen/${plan.id}-${tile}.jpg`,
      className: classNames[tile % classNames.length],
    })),
  }));
  const comparisons: Comparison[] = comparablePairs(plans.map(({ id }) => id)).map((pair) => {
    const paired = comparePaired(
      runs.get(pair.baseline)!.map(({ right }, index) => ({
        baseline: right,
        arm: runs.get(pair.arm)![index].right,
      })),
    );
    return {
      ...pair,
      ...paired,
      measure: "validation accuracy",
      subset: "validation",
      group: null,
      pictures,
      perStart: paired.perStart.map((start, index) => ({ seed: 123 + index, ...start })),
      decides: true,
    };
  });
  const result: Omit<Result, "answer"> = {
    format: "aumento-result",
    version: 2,
    kind: "compare",
    status: "finished",
    startedAt: "2026-01-05T10:00:00.000Z",
    updatedAt: "2026-01-05T10:12:00.000Z",
    environment: { aumento: "0.1.0", node: "20.20.0", platform: "linux x64", processors: 2 },
    command: ["aumento", "compare", folder, "--pipeline", "course"],
    settings: {
      folder,
      pipeline: {
        name: "course",
        definition: { transform: { __class_fullname__: "Compose", transforms: [] } },
      },
      network: "course",
      epochs,
      batchSize: 32,
      imageSize: 224,
      validationSplit: 0.2,
      seed: 123,
      seeds,
      patience: 5,
      optimizer: "adam",
      loss: "sparse_categorical_crossentropy",
      transfer: null,
    },
    data: {
      layout: "split",
      classNames,
      pictures: { training: 3252, validation: pictures, test: 0 },
      perClass: {
        training: [650, 651, 650, 651, 650],
        validation: [40, 40, 40, 40, 40],
        test: [0, 0, 0, 0, 0],
      },
      broken: [{ file: "rose/broken <b>.jpg", reason: "premature end of file" }],
      fingerprint: "0".repeat(64),
      sample: null,
    },
    arms,
    comparisons,
  };
  return { ...result, answer: describeAnswer(result) };
}
