import { checkChoice, checkNumber, checkOptions, checkPair } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { conv2d as convolve } from "../ops/conv2d.ts";
import { samePads } from "../ops/window.ts";
import { activate } from "./activation.ts";
import { KERNEL_LAYER_OPTIONS, type KernelLayerOptions, kernelAndBias, kernelLayerConfig } from "./kernel.ts";
import { type Layer, makeLayer, PADDINGS, type Padding, pictureShape, slidExtent } from "./layer.ts";

export interface Conv2dOptions extends KernelLayerOptions {
  /** Step of the window, one number or [height, width]. Default 1. */
  strides?: number | readonly [number, number];
  /** Default "valid". */
  padding?: Padding;
  /** Distance of the kernel's points. Default 1. */
  dilationRate?: number | readonly [number, number];
}

/** Convolution of pictures with `filters` kernels of `kernelSize` (Keras' Conv2D). */
export function conv2d(
  filters: number,
  kernelSize: number | readonly [number, number],
  options: Conv2dOptions = {},
): Layer {
  const where = "conv2d";
  checkOptions(where, options, [...KERNEL_LAYER_OPTIONS, "strides", "padding", "dilationRate"]);
  checkNumber(`${where}: filters`, filters, { min: 1, integer: true });
  const kernel = checkPair(`${where}: kernelSize`, kernelSize);
  const strides = checkPair(`${where}: strides`, options.strides ?? 1);
  const dilations = checkPair(`${where}: dilationRate`, options.dilationRate ?? 1);
  const padding = checkChoice(`${where}: padding`, options.padding ?? "valid", PADDINGS);
  const common = kernelLayerConfig(where, options);
  if (Math.max(...strides) > 1 && Math.max(...dilations) > 1)
    throw new AumentoError("argument", `${where}: strides and dilationRate cannot both be above 1`);
  return makeLayer(
    "Conv2D",
    options,
    {
      filters,
      kernelSize: kernel,
      strides,
      padding,
      dilationRate: dilations,
      ...common,
    },
    {
      outputShape([input]) {
        const [height, width] = pictureShape(where, input);
        return [
          slidExtent(where, height, kernel[0], strides[0], padding, dilations[0]),
          slidExtent(where, width, kernel[1], strides[1], padding, dilations[1]),
          filters,
        ];
      },
      weights: ([input]) =>
        kernelAndBias(common, filters, {
          shape: [...kernel, pictureShape(where, input)[2], filters],
          isKernel: true,
        }),
      apply([x], scope) {
        const pads = padding === "same" ? { pads: samePads(x.shape, kernel, strides, dilations) } : {};
        const bias = common.useBias ? scope.weight("bias") : undefined;
        return activate(
          common.activation,
          convolve(x, scope.weight("kernel"), bias, { strides, dilations, ...pads }),
        );
      },
    },
  );
}
