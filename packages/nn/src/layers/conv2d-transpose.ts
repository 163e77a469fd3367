import { badArgument, checkChoice, checkNumber, checkOptions, checkPair } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { add } from "../ops/add.ts";
import { conv2dInputGradient } from "../ops/conv2d-input-gradient.ts";
import { reshape } from "../ops/reshape.ts";
import { type Pair, samePads } from "../ops/window.ts";
import { activate } from "./activation.ts";
import { KERNEL_LAYER_OPTIONS, type KernelLayerOptions, kernelAndBias, kernelLayerConfig } from "./kernel.ts";
import { type Layer, makeLayer, PADDINGS, type Padding, pictureShape } from "./layer.ts";

export interface Conv2dTransposeOptions extends KernelLayerOptions {
  /** How far apart the input's elements lie in the output, one number or [height, width]. Default 1. */
  strides?: number | readonly [number, number];
  /** "same": the output is `strides` times as large. "valid" (default): all that the kernels reach. */
  padding?: Padding;
  /** Rows and columns beyond the smallest output that these strides can come from, below the stride. */
  outputPadding?: number | readonly [number, number];
}

function checkOutputPadding(where: string, given: number | readonly [number, number], strides: Pair): Pair {
  const pair = typeof given === "number" ? [given, given] : given;
  if (!Array.isArray(pair) || pair.length !== 2)
    badArgument(where, "an integer or two of them [height, width]", given);
  for (const [axis, extra] of pair.entries())
    checkNumber(where, extra, { min: 0, below: strides[axis], integer: true });
  return [pair[0], pair[1]];
}

/**
 * Transposed convolution: each element of the input puts a kernel, scaled, into the output, `strides` apart (Keras'
 * Conv2DTranspose; the kernel is [height, width, filters, channels] as there).
 */
export function conv2dTranspose(
  filters: number,
  kernelSize: number | readonly [number, number],
  options: Conv2dTransposeOptions = {},
): Layer {
  const where = "conv2dTranspose";
  checkOptions(where, options, [...KERNEL_LAYER_OPTIONS, "strides", "padding", "outputPadding"]);
  checkNumber(`${where}: filters`, filters, { min: 1, integer: true });
  const kernel = checkPair(`${where}: kernelSize`, kernelSize);
  const strides = checkPair(`${where}: strides`, options.strides ?? 1);
  const padding = checkChoice(`${where}: padding`, options.padding ?? "valid", PADDINGS);
  const extra =
    options.outputPadding === undefined
      ? undefined
      : checkOutputPadding(`${where}: outputPadding`, options.outputPadding, strides);
  const common = kernelLayerConfig(where, options);

  /** Height or width of the output. */
  const extentOf = (extent: number, axis: 0 | 1): number => {
    const [reach, step] = [kernel[axis], strides[axis]];
    const smallest = (extent - 1) * step;
    if (padding === "valid") return smallest + reach + (extra?.[axis] ?? Math.max(step - reach, 0));
    if (!extra) return extent * step;
    const size = smallest + (reach % 2) + extra[axis];
    if (Math.ceil(size / step) !== extent)
      throw new AumentoError(
        "shape",
        `${where}: outputPadding ${extra[axis]} does not fit padding "same", a kernel of ${reach} and strides ${step}: a convolution of an output of ${size} does not give ${extent}; leave outputPadding out`,
      );
    return size;
  };

  return makeLayer(
    "Conv2DTranspose",
    options,
    {
      filters,
      kernelSize: kernel,
      strides,
      padding,
      ...(extra && { outputPadding: extra }),
      ...common,
    },
    {
      outputShape([input]) {
        const [height, width] = pictureShape(where, input);
        return [extentOf(height, 0), extentOf(width, 1), filters];
      },
      weights: ([input]) =>
        kernelAndBias(common, filters, {
          shape: [...kernel, filters, pictureShape(where, input)[2]],
          isKernel: true,
        }),
      apply([x], scope) {
        const [batch, , height, width] = x.shape;
        const shape = [batch, filters, extentOf(height, 0), extentOf(width, 1)];
        const dilations: Pair = [1, 1];
        const pads =
          padding === "same" ? samePads(shape, kernel, strides, dilations) : ([0, 0, 0, 0] as const);
        const window = { strides, pads, dilations, groups: 1 };
        const spread = conv2dInputGradient(x, scope.weight("kernel"), shape, window);
        return activate(
          common.activation,
          common.useBias ? add(spread, reshape(scope.weight("bias"), [1, filters, 1, 1])) : spread,
        );
      },
    },
  );
}
