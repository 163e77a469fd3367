import * as nn from "@aumento/nn";
import { UsageError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";

export interface NetworkPreset {
  description: string;
  create: (imageSize: number, classes: number, seed: number) => nn.Model;
}

function features(): nn.Layer[] {
  return [16, 32, 64].flatMap((filters) => [
    nn.conv2d(filters, 3, { padding: "same", activation: "relu" }),
    nn.maxPooling2d(),
  ]);
}

/** Networks that the command line knows by name; all take pictures of 0..255 and scale them themselves. */
export const networks: Record<string, NetworkPreset> = {
  course: {
    description: "three convolutions (16, 32, 64) with max pooling, dense 128, dense",
    create: (imageSize, classes, seed) =>
      nn.sequential(
        [
          nn.rescaling(1 / 255),
          ...features(),
          nn.flatten(),
          nn.dense(128, { activation: "relu" }),
          nn.dense(classes, { activation: "softmax" }),
        ],
        { inputShape: [imageSize, imageSize, 3], seed, name: "course" },
      ),
  },
  small: {
    description: "the same convolutions with global average pooling: few weights, any place in the picture",
    create: (imageSize, classes, seed) =>
      nn.sequential(
        [
          nn.rescaling(1 / 255),
          ...features(),
          nn.globalAveragePooling2d(),
          nn.dense(classes, { activation: "softmax" }),
        ],
        { inputShape: [imageSize, imageSize, 3], seed, name: "small" },
      ),
  },
};

/** The network preset of that name, or a UsageError that lists those there are. */
export function findNetwork(name: string): NetworkPreset {
  if (Object.hasOwn(networks, name)) return networks[name];
  const names = Object.keys(networks);
  throw new UsageError(
    `unknown network "${name}"${didYouMean(name, names) || `; there are: ${names.join(", ")}`}`,
  );
}
