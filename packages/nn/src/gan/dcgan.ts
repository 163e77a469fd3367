import { badArgument, checkChoice, checkNumber, checkOptions } from "../check.ts";
import { randomNormal } from "../initializers/initializer.ts";
import { activation, leakyReLU } from "../layers/activation.ts";
import { batchNormalization } from "../layers/batch-normalization.ts";
import { conv2d } from "../layers/conv2d.ts";
import { conv2dTranspose } from "../layers/conv2d-transpose.ts";
import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import type { Layer } from "../layers/layer.ts";
import { reshape } from "../layers/reshape.ts";
import { spectralNormalization } from "../layers/spectral-normalization.ts";
import { upSampling2d } from "../layers/up-sampling2d.ts";
import type { Model } from "../model.ts";
import { sequential } from "../sequential.ts";

export interface DcganOptions {
  /** Height and width of the pictures. Default 64. */
  size?: 32 | 64 | 128;
  /** 3 (default) for colour, 1 for grey. */
  channels?: 1 | 3;
  /** Numbers in a latent vector. Default 100. */
  latent?: number;
  /** Classes to make pictures for; 0 (default) for none. */
  classes?: number;
  /**
   * Of the discriminator: batch normalization after its inner convolutions (default, as Radford et al. 2016), or
   * spectral normalization of all its kernels (Miyato et al. 2018). The generator has batch normalization.
   */
  normalization?: "batch" | "spectral";
  /** How the generator doubles the size: a transposed convolution (default), or repeated pixels and a convolution. */
  upsampling?: "transposed" | "nearest";
  /** Filters at the largest inner size; each halving of the size doubles them. Default 64. */
  filters?: number;
  /** Decides the starting weights. Default 0. */
  seed?: number;
}

const SIZES = [32, 64, 128];
/** Height and width at the generator's beginning and the discriminator's end. */
const SMALLEST = 4;

function checkSize(size: unknown): number {
  if (typeof size === "number" && SIZES.includes(size)) return size;
  const nearest =
    typeof size === "number" && SIZES.toSorted((a, b) => Math.abs(a - size) - Math.abs(b - size))[0];
  return badArgument(
    "dcgan: size",
    `32, 64 or 128 (each layer doubles it, from ${SMALLEST})${nearest ? `; the nearest is ${nearest}` : ""}`,
    size,
  );
}

/**
 * The networks of DCGAN (Radford, Metz and Chintala 2016): doublings from 4 by 4 to `size`,
 * generator [latent + classes] → pictures in -1..1; discriminator pictures → one logit, or one for each class. All
 * kernels begin as normal numbers of deviation 0.02.
 */
export function dcgan(options: DcganOptions = {}): { generator: Model; discriminator: Model } {
  const where = "dcgan";
  checkOptions(where, options, [
    "size",
    "channels",
    "latent",
    "classes",
    "normalization",
    "upsampling",
    "filters",
    "seed",
  ]);
  const size = checkSize(options.size ?? 64);
  const { channels = 3 } = options;
  if (channels !== 1 && channels !== 3) badArgument(`${where}: channels`, "1 (grey) or 3 (colour)", channels);
  const latent = checkNumber(`${where}: latent`, options.latent ?? 100, { min: 1, integer: true });
  const classes = checkNumber(`${where}: classes`, options.classes ?? 0, { min: 0, integer: true });
  if (classes === 1) badArgument(`${where}: classes`, "0 (none) or at least 2", classes);
  const normalization = checkChoice(`${where}: normalization`, options.normalization ?? "batch", [
    "batch",
    "spectral",
  ]);
  const upsampling = checkChoice(`${where}: upsampling`, options.upsampling ?? "transposed", [
    "transposed",
    "nearest",
  ]);
  const filters = checkNumber(`${where}: filters`, options.filters ?? 64, { min: 1, integer: true });
  const seed = options.seed ?? 0;
  const kernelInitializer = randomNormal({ stddev: 0.02 });
  // PyTorch's numbers, with which the paper's networks are known to train.
  const normalized = () => batchNormalization({ momentum: 0.9, epsilon: 1e-5 });

  const twice = (count: number, useBias: boolean): Layer[] =>
    upsampling === "transposed"
      ? [conv2dTranspose(count, 4, { strides: 2, padding: "same", useBias, kernelInitializer })]
      : [upSampling2d(2), conv2d(count, 3, { padding: "same", useBias, kernelInitializer })];
  const spectral = normalization === "spectral";
  const trained = (layer: Layer) => (spectral ? spectralNormalization(layer) : layer);
  const half = (count: number) =>
    trained(conv2d(count, 4, { strides: 2, padding: "same", useBias: spectral, kernelInitializer }));

  /** Filters at each inner size, from the largest size to the smallest. */
  const widths: number[] = [];
  for (let side = size / 2; side >= SMALLEST; side /= 2) widths.push(filters * 2 ** widths.length);
  const widest = widths[widths.length - 1];

  const generator = sequential(
    [
      dense(SMALLEST * SMALLEST * widest, { useBias: false, kernelInitializer }),
      reshape([SMALLEST, SMALLEST, widest]),
      normalized(),
      activation("relu"),
      ...widths
        .toReversed()
        .slice(1)
        .flatMap((count) => [...twice(count, false), normalized(), activation("relu")]),
      ...twice(channels, true),
      activation("tanh"),
    ],
    { inputShape: [latent + classes], seed, name: "generator" },
  );
  const discriminator = sequential(
    [
      ...widths.flatMap((count, i) => [
        half(count),
        ...(i > 0 && !spectral ? [normalized()] : []),
        leakyReLU({ negativeSlope: 0.2 }),
      ]),
      flatten(),
      trained(dense(Math.max(1, classes), { kernelInitializer })),
    ],
    // Other starting weights than the generator's.
    { inputShape: [size, size, channels], seed: seed + 1, name: "discriminator" },
  );
  return { generator, discriminator };
}
