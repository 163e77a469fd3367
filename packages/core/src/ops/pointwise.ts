import { createImage, type DType, dtypeOf, type Image, maxValue, shapeOf } from "../image.ts";
import { defineOp, isOp, type Op, type OpFactory } from "../op.ts";
import { applyTable } from "../pixels/table.ts";

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
  const table = new Uint8Array(256);
  for (let x = 0; x < 256; x++) {
    let value = x;
    for (const f of functions) value = evaluate(f, value, "uint8");
    table[x] = value;
  }
  return table;
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

/** Chains of elementary functions; for uint8 a whole chain is one table of 256 entries. */
export const pointwise: OpFactory<PointwiseParams> = defineOp({
  name: "pointwise",
  masks: false,
  identity: (params) => params.functions.length === 0,
  reference,
  kernel: {
    inPlace: true,
    run(params, call) {
      const only = params.functions.length === 1 ? params.functions[0] : undefined;
      if (only?.kind === "invert") {
        const { input, output, kernels } = call;
        kernels.invert(input.pointer, output.pointer, input.width * input.height * input.channels);
        return;
      }
      applyTable(call, tableOf(params.functions), only?.kind === "linear" ? only.factor : undefined);
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
