import { checkNumber } from "../check.ts";
import type { FeatureShape } from "../layers/layer.ts";
import { type BatchSource, checkSource, comesAgain, isSource, rows, sizeOf, type Tensor } from "../tensor.ts";
import { stagedBatches } from "./staging.ts";
import { checkInput } from "./targets.ts";
import { checkSamples } from "./tensor-source.ts";

/** Runs a network over all samples a batch at a time. `run` gives the outputs of one batch; `keep`: its size comes again. */
export async function predictAll(
  run: (x: Tensor, keep: boolean) => Promise<Float32Array>,
  data: Tensor | BatchSource,
  options: { batchSize: number; signal?: AbortSignal; input: FeatureShape; output: FeatureShape },
): Promise<Tensor> {
  const { batchSize, signal, input, output } = options;
  const parts: Float32Array[] = [];
  if (isSource(data)) {
    for await (const { x } of stagedBatches(checkSource("predict", data), 0, signal)) {
      checkInput("predict", x, input);
      parts.push(await run(x, comesAgain(data, x.shape[0])));
      signal?.throwIfAborted();
    }
    signal?.throwIfAborted();
  } else {
    checkNumber("predict: batchSize", batchSize, { min: 1, integer: true });
    const n = checkSamples("predict", { x: data });
    checkInput("predict", data, input);
    for (let start = 0; start < n; start += batchSize) {
      signal?.throwIfAborted();
      const end = Math.min(start + batchSize, n);
      parts.push(await run(rows(data, start, end), end - start === batchSize || n < batchSize));
    }
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Float32Array(length);
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return { data: all, shape: [length / sizeOf(output), ...output] };
}
