import { createImage, type DType, dtypeOf, type Image, maxValue, shapeOf } from "../image.ts";
import { defineOp, isOp, type Op, type OpFactory } from "../op.ts";

/**
 * An elementary function of one value, defined for values from 0 to the type's maximum M (255, 65535 or 1):
 * - linear: factor x + term M, cut off to a whole number, within 0..M;
 * - gamma: M (x / M)^exponent, cut off to a whole number;
 * - invert: M - x.
 */
export type PointwiseFunction =
  | { readonly kind: "linear"; readonly factor: number; readonly term: number }
  | { readonly kind: "gamma"; readonly exponent: number }
  | { readonly kind: "invert" };

/** Functions applied to every value one after another, each result stored in the picture's type. */
export interface PointwiseParams {
  readonly functions: readonly PointwiseFunction[];
}

/** A value cut off and clamped to the type, as NumPy's clip and astype do. */
function truncate(value: number, dtype: DType): number {
  const clamped = Math.min(Math.max(value, 0), maxValue(dtype));
  return dtype === "float32" ? clamped : Math.floor(clamped);
}

/** One function on one value. `linear` computes in single precision, as Albumentations' tables do. */
export function evaluate(f: PointwiseFunction, value: number, dtype: DType): number {
  const top = maxValue(dtype);
  switch (f.kind) {
    case "linear": {
      const product = Math.fround(value * Math.fround(f.factor));
      return truncate(Math.fround(product + Math.fround(f.term * top)), dtype);
    }
    case "gamma":
      if (dtype === "float32") return Math.fround(value ** f.exponent);
      return truncate((value * (1 / top)) ** f.exponent * top, dtype);
    case "invert":
      return top - value;
  }
}

/** The chain as one table of 256 bytes. */
export function tableOf(functions: readonly PointwiseFunction[]): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) =>
    functions.reduce((current, f) => evaluate(f, current, "uint8"), value),
  );
}

function reference(params: PointwiseParams, image: Image): Image {
  const dtype = dtypeOf(image.data);
  const result = createImage(shapeOf(image));
  for (let i = 0; i < image.data.length; i++) {
    let value = image.data[i];
    for (const f of params.functions) value = evaluate(f, value, dtype);
    result.data[i] = value;
  }
  return result;
}

/** The SIMD kernel of `linear` rounds with a trick that needs numbers well below 2^22. */
const LINEAR_LIMIT = 8000;

/** Chains of elementary functions; for uint8 a whole chain is one table of 256 entries. */
export const pointwise: OpFactory<PointwiseParams> = defineOp({
  name: "pointwise",
  masks: false,
  identity: (params) => params.functions.length === 0,
  reference,
  kernel: {
    inPlace: true,
    run(params, call) {
      const { input, output, kernels } = call;
      const count = input.width * input.height * input.channels;
      const only = params.functions.length === 1 ? params.functions[0] : undefined;
      if (only?.kind === "invert") return void kernels.invert(input.pointer, output.pointer, count);
      if (only?.kind === "linear") {
        const { factor, term } = only;
        if (Math.abs(factor) < LINEAR_LIMIT && Math.abs(term * 255) < LINEAR_LIMIT) {
          return void kernels.linear(input.pointer, output.pointer, count, factor, term * 255);
        }
      }
      kernels.lookup(input.pointer, output.pointer, count, call.write(tableOf(params.functions)));
    },
  },
  rules: [
    {
      level: "exact",
      rewrite(first: Op, second: Op) {
        if (!isOp(first, pointwise.definition) || !isOp(second, pointwise.definition)) return undefined;
        return [pointwise({ functions: [...first.params.functions, ...second.params.functions] })];
      },
    },
  ],
});
