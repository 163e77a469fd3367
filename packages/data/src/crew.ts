import { setImmediate } from "node:timers/promises";
import { tuneSharp } from "./decode/load-sharp.ts";
import type { AugmentFunction, Recipe } from "./picture-maker.ts";
import { PictureMaker } from "./picture-maker.ts";
import { type Pool, sharedPool } from "./pool.ts";
import { doWork, type Failure, type Work } from "./work.ts";

/** Who makes a flow's pictures: worker threads, or the calling thread itself. */
export interface Crew {
  /** Batches that can be under way at a time, given how many the caller would like. */
  ahead(wanted: number): number;
  /** Makes all of a batch's pictures; the failures come ordered by place. */
  make(work: Work): Promise<Failure[]>;
  /** Awaits a batch, keeping the process alive meanwhile. */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The calling thread. */
export class LocalCrew implements Crew {
  readonly #maker: PictureMaker;

  constructor(recipe: Recipe, augmentFunction?: AugmentFunction) {
    this.#maker = new PictureMaker(recipe, augmentFunction);
  }

  /** One: there is nobody to work ahead. */
  ahead(): number {
    return 1;
  }

  async make(work: Work): Promise<Failure[]> {
    tuneSharp();
    await setImmediate(); // decoding never waits for the event loop by itself: let timers and signals in between batches
    return sortedByPlace(await doWork(this.#maker, work));
  }

  waitFor<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  async close(): Promise<void> {}
}

/**
 * Worker threads. Each makes every n-th picture of each batch: who makes what is settled beforehand, so the threads
 * go on through the batches ahead of the caller even while the calling thread is busy.
 */
export class ThreadCrew implements Crew {
  readonly #pool: Pool;
  readonly #client: number;

  constructor(recipe: Recipe, workers: number) {
    this.#pool = sharedPool(workers);
    this.#client = this.#pool.open(recipe);
  }

  ahead(wanted: number): number {
    return wanted;
  }

  async make(work: Work): Promise<Failure[]> {
    const { size } = this.#pool;
    const parts: Promise<Failure[]>[] = [];
    for (let place = 0; place < size; place++) {
      const items = work.items.filter((_, at) => at % size === place);
      if (items.length > 0) parts.push(this.#pool.run(place, this.#client, { ...work, items }));
    }
    // Wait for every part, also after a failure: nobody may write to a slot that is given away.
    const results = await Promise.allSettled(parts);
    const failures: Failure[] = [];
    for (const result of results) {
      if (result.status === "rejected") throw result.reason;
      failures.push(...result.value);
    }
    return sortedByPlace(failures);
  }

  waitFor<T>(promise: Promise<T>): Promise<T> {
    return this.#pool.waitFor(promise);
  }

  close(): Promise<void> {
    return this.#pool.close(this.#client);
  }
}

function sortedByPlace(failures: Failure[]): Failure[] {
  return failures.sort((a, b) => a.place - b.place);
}
