import { badArgument, checkNumber, checkOptions } from "../check.ts";
import type { Value } from "../ir/value.ts";
import { add, input, matMul, mul, reduceMean, sub } from "../ops/index.ts";
import type { RandomStream } from "../random.ts";

/** What may vary in pictures on their way into the discriminator; see `diffAugment`. */
export interface DiffAugment {
  /** Added to all channels: up to this much either way, of pictures in -1..1. */
  readonly brightness: number;
  /** Distance of the channels from their mean is multiplied by 1 ± this. */
  readonly saturation: number;
  /** Distance of all numbers from the picture's mean is multiplied by 1 ± this. */
  readonly contrast: number;
  /** Shift by up to this share of height and width, zeros coming in. */
  readonly translation: number;
  /** A square hole of zeros with this share of height and width for its sides. */
  readonly cutout: number;
}

/**
 * Differentiable augmentation (Zhao et al. 2020): pictures, real and generated alike, are varied before the
 * discriminator sees them, so that it cannot learn a few hundred pictures by heart, and the gradient reaches the
 * generator through the variation. The defaults are the paper's: brightness ± 0.5, saturation 0..2, contrast
 * 0.5..1.5, shifts of an eighth, a hole of half the side. 0 leaves one out.
 */
export function diffAugment(options: Partial<DiffAugment> = {}): DiffAugment {
  const where = "diffAugment";
  checkOptions(where, options, ["brightness", "saturation", "contrast", "translation", "cutout"]);
  const share = (name: keyof DiffAugment, usual: number, max: number) =>
    checkNumber(`${where}: ${name}`, options[name] ?? usual, { min: 0, max });
  return {
    brightness: share("brightness", 0.5, 2),
    saturation: share("saturation", 1, 1),
    contrast: share("contrast", 0.5, 1),
    translation: share("translation", 0.125, 1),
    cutout: share("cutout", 0.5, 1),
  };
}

/** The augmentation that an option stands for: false for none, true for the paper's. */
export function resolveDiffAugment(where: string, given: unknown): DiffAugment | undefined {
  if (given === false || given === undefined) return undefined;
  if (given === true) return diffAugment();
  if (typeof given !== "object" || given === null || Array.isArray(given))
    badArgument(where, "true, false or what diffAugment() gives", given);
  return diffAugment(given);
}

/** An input of a graph that is filled with random numbers before each run. */
export interface Drawn {
  readonly name: string;
  readonly shape: readonly number[];
  fill(data: Float32Array, stream: RandomStream): void;
}

const uniform = (stream: RandomStream, around: number, by: number): number =>
  around + by * (2 * stream.uniform() - 1);

/** One number a picture, within `by` of `around`. */
const perPicture = (name: string, n: number, around: number, by: number): Drawn => ({
  name,
  shape: [n, 1, 1, 1],
  fill(data, stream) {
    for (let i = 0; i < n; i++) data[i] = uniform(stream, around, by);
  },
});

/** For each picture the matrix that moves the rows (or columns) of what it is multiplied with. */
const shifts = (name: string, n: number, extent: number, ratio: number, columns: boolean): Drawn => {
  const reach = Math.floor(extent * ratio + 0.5);
  return {
    name,
    shape: [n, 1, extent, extent],
    fill(data, stream) {
      data.fill(0);
      for (let i = 0; i < n; i++) {
        const by = stream.integer(2 * reach + 1) - reach;
        const matrix = data.subarray(i * extent * extent, (i + 1) * extent * extent);
        // x moved by `by`: row r of the result is row r - by of the picture; columns multiply from the right.
        for (let to = Math.max(0, by); to < Math.min(extent, extent + by); to++)
          matrix[columns ? (to - by) * extent + to : to * extent + (to - by)] = 1;
      }
    },
  };
};

/** For each picture ones with a hole of zeros, whose middle lies anywhere. */
const holes = (name: string, n: number, height: number, width: number, ratio: number): Drawn => ({
  name,
  shape: [n, 1, height, width],
  fill(data, stream) {
    data.fill(1);
    const [rows, columns] = [height, width].map((extent) => Math.floor(extent * ratio + 0.5));
    for (let i = 0; i < n; i++) {
      const top = stream.integer(height + 1 - (rows % 2)) - Math.floor(rows / 2);
      const left = stream.integer(width + 1 - (columns % 2)) - Math.floor(columns / 2);
      for (let row = Math.max(0, top); row < Math.min(height, top + rows); row++) {
        const start = (i * height + row) * width;
        data.fill(0, start + Math.max(0, left), start + Math.max(0, Math.min(width, left + columns)));
      }
    }
  },
});

/** mean + (x - mean) · factor, with the mean over these axes of the picture. */
function aroundMean(x: Value, axes: readonly number[], factor: Value): Value {
  const mean = reduceMean(x, axes, true);
  return add(mul(sub(x, mean), factor), mean);
}

/**
 * Pictures [n, channels, height, width] in -1..1, varied; what is drawn for each run is added to `drawn`, under names
 * that begin with `role`. A shift is a product with a matrix of zeros and ones from each side: it moves pixels without
 * interpolation, and its gradient is another such product.
 */
export function augmented(
  x: Value,
  { brightness, saturation, contrast, translation, cutout }: DiffAugment,
  role: string,
  drawn: Drawn[],
): Value {
  const [n, channels, height, width] = x.shape;
  const draw = (given: Drawn): Value => {
    drawn.push(given);
    return input(given.name, given.shape);
  };
  let y = x;
  if (brightness > 0) y = add(y, draw(perPicture(`${role}/brightness`, n, 0, brightness)));
  if (saturation > 0 && channels > 1)
    y = aroundMean(y, [1], draw(perPicture(`${role}/saturation`, n, 1, saturation)));
  if (contrast > 0) y = aroundMean(y, [1, 2, 3], draw(perPicture(`${role}/contrast`, n, 1, contrast)));
  if (translation > 0) {
    y = matMul(draw(shifts(`${role}/rows`, n, height, translation, false)), y);
    y = matMul(y, draw(shifts(`${role}/columns`, n, width, translation, true)));
  }
  if (cutout > 0) y = mul(y, draw(holes(`${role}/cutout`, n, height, width, cutout)));
  return y;
}
