import type { DirectoryFlow } from "@aumento/data";
import type * as nn from "@aumento/nn";
import type { Group } from "./dataset.ts";
import type { Evaluation, Mistake, Subset } from "./result.ts";

/** What a network said about one picture. */
export interface Prediction {
  /** Relative to the data folder. */
  file: string;
  /** Class indices. */
  actual: number;
  predicted: number;
  confidence: number;
  actualProbability: number;
}

/** Keras' guard against the logarithm of zero. */
const leastProbability = 1e-7;
const keptMistakes = 24;

/** The class of the highest probability, the first of equals. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] > values[best]) best = index;
  return best;
}

/** What the model says about every picture of a flow, in the flow's order. Pictures that are broken are left out. */
export async function predictFlow(
  model: nn.Model,
  flow: DirectoryFlow,
  relativePath: (file: string) => string,
  signal?: AbortSignal,
): Promise<Prediction[]> {
  const labels = new Map(flow.indices.map((index, place) => [index, flow.labels[place]]));
  const predictions: Prediction[] = [];
  for await (const batch of flow.epoch(0, { signal })) {
    const { data, shape } = await model.predictOnBatch(batch.x);
    const classes = shape[1];
    for (const [place, index] of batch.indices.entries()) {
      const probabilities = data.subarray(place * classes, (place + 1) * classes);
      const predicted = argMax(probabilities);
      const actual = labels.get(index)!;
      predictions.push({
        file: relativePath(batch.files[place]),
        actual,
        predicted,
        confidence: probabilities[predicted],
        actualProbability: probabilities[actual],
      });
    }
  }
  return predictions;
}

function accuracyOf(predictions: readonly Prediction[]): number {
  return predictions.filter(({ actual, predicted }) => actual === predicted).length / predictions.length;
}

/** Sums predictions up: accuracy, loss, confusion matrix, accuracy of groups, worst mistakes. */
export function summarise(
  predictions: readonly Prediction[],
  classNames: readonly string[],
  groups: readonly Group[],
  subset: Subset,
): Evaluation {
  const confusion = classNames.map(() => new Array<number>(classNames.length).fill(0));
  let loss = 0;
  for (const { actual, predicted, actualProbability } of predictions) {
    confusion[actual][predicted]++;
    loss -= Math.log(Math.max(actualProbability, leastProbability)) / predictions.length;
  }
  const mistakes: Mistake[] = predictions
    .filter(({ actual, predicted }) => actual !== predicted)
    .sort((a, b) => a.actualProbability - b.actualProbability || (a.file < b.file ? -1 : 1))
    .slice(0, keptMistakes)
    .map(({ file, actual, predicted, confidence, actualProbability }) => ({
      file,
      actual: classNames[actual],
      predicted: classNames[predicted],
      confidence,
      actualProbability,
    }));
  const inGroups = groups
    .filter((group) => group.subset === subset)
    .map(({ name, files }) => ({ name, members: predictions.filter(({ file }) => files.has(file)) }))
    .filter(({ members }) => members.length > 0)
    .map(({ name, members }) => ({ name, pictures: members.length, accuracy: accuracyOf(members) }));
  return {
    pictures: predictions.length,
    accuracy: accuracyOf(predictions),
    loss,
    confusion,
    groups: inGroups,
    mistakes,
  };
}
