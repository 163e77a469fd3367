import type { Batch, EpochOptions, Tensor } from "./batch.ts";
import type { Crew } from "./crew.ts";
import { AumentoError } from "./errors.ts";
import type { PictureFormat, Pixels } from "./picture-maker.ts";
import { type Failure, valuesPerPicture, viewSlot, type WorkItem } from "./work.ts";

/** What one epoch needs to know of its flow. */
export interface EpochPlan {
  epoch: number;
  /** The pictures' stable indices in the epoch's order. */
  order: readonly number[];
  batchSize: number;
  format: PictureFormat;
  crew: Crew;
  /** Memory for one batch each; as many as may be under way or in use at a time. */
  slots: readonly SharedArrayBuffer[];
  fileOf(index: number): string;
  /** Pictures known to be broken are not tried again; their places stay empty. */
  isBroken(index: number): boolean;
  onBroken(index: number, reason: string): void;
  targets(indices: Uint32Array, x: Tensor): Tensor | undefined;
  /** Turns 1 when the flow is closed. */
  stop: Int32Array;
}

/** The stable indices of batch number `batch`. */
function indicesOf(plan: EpochPlan, batch: number): readonly number[] {
  return plan.order.slice(batch * plan.batchSize, (batch + 1) * plan.batchSize);
}

/** Closes the gaps that broken pictures left: the batch becomes shorter, its order stays. */
function closeGaps(pixels: Pixels, length: number, kept: readonly number[]): void {
  for (const [to, from] of kept.entries()) {
    if (to !== from) pixels.copyWithin(to * length, from * length, (from + 1) * length);
  }
}

function start(plan: EpochPlan, batch: number): Promise<Failure[]> {
  const indices = indicesOf(plan, batch);
  const items: WorkItem[] = [];
  for (const [place, index] of indices.entries()) {
    if (!plan.isBroken(index)) items.push({ place, index, file: plan.fileOf(index) });
  }
  const slot = plan.slots[batch % plan.slots.length];
  const made = plan.crew.make({ epoch: plan.epoch, format: plan.format, slot, stop: plan.stop, items });
  made.catch(() => {}); // awaited in its turn; a failure before that is no unhandled one
  return made;
}

/** The batch that lies in a slot, as views of it or copied. Undefined when none of its pictures could be decoded. */
function collect(
  plan: EpochPlan,
  batch: number,
  failures: readonly Failure[],
  reuse: boolean,
): Batch | undefined {
  const planned = indicesOf(plan, batch);
  for (const { place, reason } of failures) plan.onBroken(planned[place], reason);
  const kept = [...planned.keys()].filter((place) => !plan.isBroken(planned[place]));
  if (kept.length === 0) return undefined;
  const { format } = plan;
  const length = valuesPerPicture(format);
  const pixels = viewSlot(plan.slots[batch % plan.slots.length], format);
  closeGaps(pixels, length, kept);
  const used = pixels.subarray(0, kept.length * length);
  const x: Tensor = {
    data: reuse ? used : used.slice(),
    shape: [kept.length, format.height, format.width, format.channels],
  };
  const indices = Uint32Array.from(kept, (place) => planned[place]);
  const y = plan.targets(indices, x);
  return { x, ...(y && { y }), indices, files: Array.from(indices, (index) => plan.fileOf(index)) };
}

function assertGoingOn(plan: EpochPlan, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
  if (Atomics.load(plan.stop, 0) !== 0)
    throw new AumentoError("closed", "the flow was closed during an epoch");
}

/** Goes through one epoch. While the caller has a batch, the crew fills the other slots. */
export async function* runEpoch(plan: EpochPlan, options: EpochOptions): AsyncGenerator<Batch, void, void> {
  const { signal, reuse = false } = options;
  const { crew, slots, stop } = plan;
  const count = Math.ceil(plan.order.length / plan.batchSize);
  const underWay: Promise<Failure[]>[] = [];
  let started = 0;
  const startUpTo = (end: number) => {
    while (started < Math.min(end, count)) underWay.push(start(plan, started++));
  };
  const onAbort = () => Atomics.store(stop, 0, 1);
  signal?.addEventListener("abort", onAbort);
  let delivered = 0;
  try {
    for (let batch = 0; batch < count; batch++) {
      assertGoingOn(plan, signal);
      startUpTo(batch + slots.length);
      const failures = await crew.waitFor(underWay.shift()!);
      assertGoingOn(plan, signal);
      const collected = collect(plan, batch, failures, reuse);
      // The slot was copied, so it is free already. With one slot nobody works ahead: the caller would wait for it.
      if (!reuse && slots.length > 1) startUpTo(batch + 1 + slots.length);
      if (collected) {
        delivered++;
        yield collected;
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    onAbort();
    await crew.waitFor(Promise.allSettled(underWay));
  }
  if (delivered === 0) {
    const first = plan.fileOf(plan.order[0]);
    throw new AumentoError(
      "broken-picture",
      `none of the ${plan.order.length} pictures could be decoded; the first is ${first}`,
    );
  }
}
