import { createImage, dtypeOf, type Image, maxValue, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { applyTable } from "../pixels/table.ts";
import { evaluate, tableOf } from "./pointwise.ts";

/** factor x + share mean(picture); `safe` first shrinks the two so that no value leaves the range. */
export interface BrightenByMeanParams {
  readonly factor: number;
  readonly share: number;
  readonly safe: boolean;
}

/** The factor and the term (as a share of the full range) that keep a linear function within the range. */
export function withinRange(factor: number, term: number): { factor: number; term: number } {
  if (factor > 0) {
    const safeTerm = Math.min(Math.max(term, 0), 1);
    return { factor: Math.min(factor, 1 - safeTerm), term: safeTerm };
  }
  const safeTerm = Math.min(term, 1);
  return { factor: Math.max(factor, -safeTerm), term: safeTerm };
}

function functionFor(params: BrightenByMeanParams, mean: number) {
  const linear = { factor: params.factor, term: params.share * mean };
  return { kind: "linear" as const, ...(params.safe ? withinRange(linear.factor, linear.term) : linear) };
}

/** Contrast by a factor, brightness by a share of the picture's mean (of all channels). */
export const brightenByMean: OpFactory<BrightenByMeanParams> = defineOp({
  name: "brightenByMean",
  masks: false,
  identity: (params) => params.factor === 1 && params.share === 0,
  reference(params, image: Image) {
    const dtype = dtypeOf(image.data);
    let sum = 0;
    for (const value of image.data) sum += value;
    const f = functionFor(params, sum / image.data.length / maxValue(dtype));
    const result = createImage(shapeOf(image));
    for (let i = 0; i < image.data.length; i++) result.data[i] = evaluate(f, image.data[i], dtype);
    return result;
  },
  kernel: {
    inPlace: true,
    run(params, call) {
      const { input, kernels } = call;
      const count = input.width * input.height * input.channels;
      const linear = functionFor(params, kernels.sumBytes(input.pointer, count) / count / 255);
      applyTable(call, tableOf([linear]), linear.factor);
    },
  },
});
