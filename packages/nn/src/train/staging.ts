import { AumentoError } from "../errors.ts";
import type { Batch, BatchSource, Tensor } from "../tensor.ts";
import { checkSamples } from "./tensor-source.ts";

/** Memory for one tensor, used again while type and size allow. */
class Slot {
  #memory: Tensor["data"] = new Uint8Array(0);

  hold(tensor: Tensor): Tensor {
    const { data } = tensor;
    if (this.#memory.constructor !== data.constructor || this.#memory.length < data.length)
      this.#memory = data.slice();
    else this.#memory.set(data);
    return { ...tensor, data: this.#memory.subarray(0, data.length) };
  }
}

/**
 * The batches of an epoch, each copied into memory that stays the same, so that the source can already make the next
 * one while the caller works. A batch is valid until the next is asked for. An aborted source ends the batches.
 */
export async function* stagedBatches(
  source: BatchSource,
  epoch: number,
  signal?: AbortSignal,
): AsyncGenerator<Batch> {
  const iterator = source.epoch(epoch, { signal, reuse: true })[Symbol.asyncIterator]();
  const ask = () => {
    const next = iterator.next();
    // It is awaited a step later: until then a failure must not count as unhandled.
    next.catch(() => {});
    return next;
  };
  const slots = { x: new Slot(), y: new Slot() };
  let pending = ask();
  try {
    for (;;) {
      let result: IteratorResult<Batch>;
      try {
        result = await pending;
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
      if (result.done) return;
      const { x, y, indices } = result.value;
      if (!x) throw new AumentoError("shape", "The source gave a batch without x");
      checkSamples("Batch", { x, y });
      const held = { x: slots.x.hold(x), y: y && slots.y.hold(y), indices };
      pending = ask();
      yield held;
    }
  } finally {
    await pending.catch(() => {});
    await iterator.return?.();
  }
}
