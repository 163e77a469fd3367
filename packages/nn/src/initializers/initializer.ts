import { badArgument, checkChoice, checkNumber } from "../check.ts";
import { RandomStream } from "../random.ts";
import { sizeOf } from "../tensor.ts";

/** How a weight starts, as plain data. Names and meaning are Keras'. */
export type Initializer =
  | { className: "Constant"; value: number }
  | { className: "RandomNormal" | "TruncatedNormal"; mean: number; stddev: number }
  | { className: "RandomUniform"; minval: number; maxval: number }
  | {
      className: "VarianceScaling";
      scale: number;
      mode: "fan_in" | "fan_out" | "fan_avg";
      distribution: "uniform" | "truncated_normal" | "untruncated_normal";
    };

/** All weights equal to `value`. */
export const constant = (value: number): Initializer => ({
  className: "Constant",
  value: checkNumber("constant: value", value),
});

/** Normal numbers. */
export function randomNormal({
  mean = 0,
  stddev = 0.05,
}: {
  mean?: number;
  stddev?: number;
} = {}): Initializer {
  checkNumber("randomNormal: stddev", stddev, { min: 0 });
  return { className: "RandomNormal", mean: checkNumber("randomNormal: mean", mean), stddev };
}

/** Normal numbers, drawn again while they are more than two standard deviations off. */
export function truncatedNormal({
  mean = 0,
  stddev = 0.05,
}: {
  mean?: number;
  stddev?: number;
} = {}): Initializer {
  checkNumber("truncatedNormal: stddev", stddev, { min: 0 });
  return { className: "TruncatedNormal", mean: checkNumber("truncatedNormal: mean", mean), stddev };
}

/** Uniform numbers in [minval, maxval). */
export function randomUniform({
  minval = -0.05,
  maxval = 0.05,
}: {
  minval?: number;
  maxval?: number;
} = {}): Initializer {
  checkNumber("randomUniform: minval", minval);
  return {
    className: "RandomUniform",
    minval,
    maxval: checkNumber("randomUniform: maxval", maxval, { min: minval }),
  };
}

/** Numbers whose variance is `scale` divided by the number of inputs, of outputs, or their mean. */
export function varianceScaling({
  scale = 1,
  mode = "fan_in",
  distribution = "truncated_normal",
}: Partial<Omit<Extract<Initializer, { className: "VarianceScaling" }>, "className">> = {}): Initializer {
  return {
    className: "VarianceScaling",
    scale: checkNumber("varianceScaling: scale", scale, { above: 0 }),
    mode: checkChoice("varianceScaling: mode", mode, ["fan_in", "fan_out", "fan_avg"]),
    distribution: checkChoice("varianceScaling: distribution", distribution, [
      "uniform",
      "truncated_normal",
      "untruncated_normal",
    ]),
  };
}

const named = {
  zeros: constant(0),
  ones: constant(1),
  glorot_uniform: varianceScaling({ mode: "fan_avg", distribution: "uniform" }),
  glorot_normal: varianceScaling({ mode: "fan_avg" }),
  he_uniform: varianceScaling({ scale: 2, distribution: "uniform" }),
  he_normal: varianceScaling({ scale: 2 }),
  lecun_uniform: varianceScaling({ distribution: "uniform" }),
  lecun_normal: varianceScaling(),
  random_normal: randomNormal(),
  random_uniform: randomUniform(),
  truncated_normal: truncatedNormal(),
} satisfies Record<string, Initializer>;

/** Keras' names of initializers that need no parameter. */
export type InitializerName = keyof typeof named;

/** The initializer that a name or a record stands for. */
export function resolveInitializer(where: string, given: InitializerName | Initializer): Initializer {
  if (typeof given === "string") {
    if (!Object.hasOwn(named, given))
      badArgument(where, `one of ${Object.keys(named).join(", ")}, or an initializer`, given);
    return named[given];
  }
  switch (given?.className) {
    case "Constant":
      return constant(given.value);
    case "RandomNormal":
      return randomNormal(given);
    case "TruncatedNormal":
      return truncatedNormal(given);
    case "RandomUniform":
      return randomUniform(given);
    case "VarianceScaling":
      return varianceScaling(given);
    default:
      return badArgument(where, "an initializer", given);
  }
}

/** Inputs and outputs of a weight: [in, out] of a matrix, [height, width, in, out] of a convolution's kernel. */
export function computeFans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 };
  if (shape.length === 1) return { fanIn: shape[0], fanOut: shape[0] };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * shape[shape.length - 2], fanOut: field * shape[shape.length - 1] };
}

/** Deviation of a standard normal distribution cut at ±2. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

function truncated(stream: RandomStream): number {
  let value = stream.normal();
  while (Math.abs(value) > 2) value = stream.normal();
  return value;
}

/** The numbers of a weight of this shape (Keras' layout); they depend on the seed and the weight's name alone. */
export function initialValues(
  initializer: Initializer,
  shape: readonly number[],
  seed: number,
  name: string,
): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const stream = new RandomStream(seed, name);
  const fill = (draw: () => number) => {
    for (let i = 0; i < values.length; i++) values[i] = draw();
  };
  switch (initializer.className) {
    case "Constant":
      values.fill(initializer.value);
      break;
    case "RandomNormal":
      fill(() => initializer.mean + initializer.stddev * stream.normal());
      break;
    case "TruncatedNormal":
      fill(() => initializer.mean + initializer.stddev * truncated(stream));
      break;
    case "RandomUniform":
      fill(() => initializer.minval + (initializer.maxval - initializer.minval) * stream.uniform());
      break;
    case "VarianceScaling": {
      const { fanIn, fanOut } = computeFans(shape);
      const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[initializer.mode];
      const variance = initializer.scale / Math.max(1, fan);
      if (initializer.distribution === "uniform") {
        const limit = Math.sqrt(3 * variance);
        fill(() => limit * (2 * stream.uniform() - 1));
      } else if (initializer.distribution === "truncated_normal") {
        const stddev = Math.sqrt(variance) / TRUNCATED_DEVIATION;
        fill(() => stddev * truncated(stream));
      } else {
        const stddev = Math.sqrt(variance);
        fill(() => stddev * stream.normal());
      }
    }
  }
  return values;
}
