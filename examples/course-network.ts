import { nn } from "aumento";

/** The course's network: three convolutions, each with max pooling, then two dense layers. Takes pixels of 0..255. */
export function courseNetwork(imageSize: number, classes: number, seed: number): nn.Model {
  return nn.sequential(
    [
      nn.rescaling(1 / 255),
      nn.conv2d(16, 3, { padding: "same", activation: "relu" }),
      nn.maxPooling2d(),
      nn.conv2d(32, 3, { padding: "same", activation: "relu" }),
      nn.maxPooling2d(),
      nn.conv2d(64, 3, { padding: "same", activation: "relu" }),
      nn.maxPooling2d(),
      nn.flatten(),
      nn.dense(128, { activation: "relu" }),
      nn.dense(classes, { activation: "softmax" }),
    ],
    { inputShape: [imageSize, imageSize, 3], seed },
  );
}
