// The course's network as the benchmarks train it: three convolutions, two dense layers, 224 x 224, Adam.
import { nn } from "aumento";

const convolution = (filters) => [
  nn.conv2d(filters, 3, { padding: "same", activation: "relu" }),
  nn.maxPooling2d(),
];

/** Compiled, with always the same starting weights. */
export async function courseNetwork(classes) {
  const model = nn.sequential(
    [
      nn.rescaling(1 / 255),
      ...[16, 32, 64].flatMap(convolution),
      nn.flatten(),
      nn.dense(128, { activation: "relu" }),
      nn.dense(classes, { activation: "softmax" }),
    ],
    { inputShape: [224, 224, 3], seed: 1 },
  );
  await model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  return model;
}

/** The middle one. */
export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
