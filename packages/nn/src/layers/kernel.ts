import { checkBoolean } from "../check.ts";
import { type Initializer, type InitializerName, resolveInitializer } from "../initializers/initializer.ts";
import { type ActivationName, checkActivation } from "./activation.ts";
import { LAYER_OPTIONS, type LayerOptions, type WeightSpec } from "./layer.ts";

/** What every layer with a kernel can be told: `dense`, `conv2d`, `conv2dTranspose`. */
export interface KernelLayerOptions extends LayerOptions {
  /** Default "linear". */
  activation?: ActivationName;
  /** Default true. */
  useBias?: boolean;
  /** Default "glorot_uniform". */
  kernelInitializer?: InitializerName | Initializer;
  /** Default "zeros". */
  biasInitializer?: InitializerName | Initializer;
}

export const KERNEL_LAYER_OPTIONS = [
  ...LAYER_OPTIONS,
  "activation",
  "useBias",
  "kernelInitializer",
  "biasInitializer",
];

/** These options, checked and complete: their part of the layer's config. */
export function kernelLayerConfig(where: string, options: KernelLayerOptions) {
  return {
    activation: checkActivation(`${where}: activation`, options.activation ?? "linear"),
    useBias: checkBoolean(`${where}: useBias`, options.useBias ?? true),
    kernelInitializer: resolveInitializer(
      `${where}: kernelInitializer`,
      options.kernelInitializer ?? "glorot_uniform",
    ),
    biasInitializer: resolveInitializer(`${where}: biasInitializer`, options.biasInitializer ?? "zeros"),
  };
}

type KernelLayerConfig = ReturnType<typeof kernelLayerConfig>;

/** The kernel, and a bias for each of `outputs` where the layer has one. */
export function kernelAndBias(
  { useBias, kernelInitializer, biasInitializer }: KernelLayerConfig,
  outputs: number,
  kernel: Pick<WeightSpec, "shape" | "isKernel">,
): WeightSpec[] {
  const weights: WeightSpec[] = [
    { name: "kernel", ...kernel, initializer: kernelInitializer, trainable: true },
  ];
  if (useBias)
    weights.push({ name: "bias", shape: [outputs], initializer: biasInitializer, trainable: true });
  return weights;
}
