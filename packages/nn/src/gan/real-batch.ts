import { badArgument } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { type Batch, checkTensor, sizeOf, type Tensor } from "../tensor.ts";
import type { Side } from "./step-graph.ts";

/** The batches of a step, of one or of a list. */
export function checkBatches(where: string, real: Batch | readonly Batch[]): readonly Batch[] {
  const batches: readonly unknown[] = Array.isArray(real) ? real : [real];
  if (batches.length === 0) throw new AumentoError("argument", `${where}: expected at least one batch`);
  return batches.map((batch) => {
    if (!isBatch(batch)) badArgument(where, "a batch { x } or { x, y }, or a list of such", batch);
    checkTensor(`${where}: x`, batch.x);
    return batch;
  });
}

const isBatch = (batch: unknown): batch is Batch =>
  typeof batch === "object" && batch !== null && "x" in batch;

/** The error of a loss that is no number: what it was measured on may be to blame, or the training has diverged. */
export function noNumber(where: string, side: Side, loss: number, real?: Tensor): AumentoError {
  const error = (why: string) =>
    new AumentoError("training", `${where}: the ${side}'s loss is ${loss}: ${why}`);
  const place = real ? real.data.findIndex((value) => !Number.isFinite(value)) : -1;
  if (real && place >= 0) {
    const sample = Math.floor(place / sizeOf(real.shape.slice(1)));
    return error(
      `the batch of real samples holds values that are not finite (${real.data[place]} in sample ${sample})`,
    );
  }
  return error("training has diverged. A smaller learning rate or spectral normalization usually help");
}
