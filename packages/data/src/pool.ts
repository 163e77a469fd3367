import { Worker } from "node:worker_threads";
import { AumentoError, type ErrorCode } from "./errors.ts";
import type { Recipe } from "./picture-maker.ts";
import type { Failure, Work } from "./work.ts";

export type ToWorker =
  | { type: "open"; client: number; recipe: Recipe }
  | { type: "close"; client: number }
  | { type: "work"; id: number; client: number; work: Work };

export type FromWorker =
  | { id: number; failures: Failure[]; error?: undefined }
  | { id: number; error: { code: ErrorCode; message: string } };

interface Waiting {
  resolve: (failures: Failure[]) => void;
  reject: (error: Error) => void;
  stop: Int32Array;
}

/** One worker thread and the work it has not answered yet. Keeps the process alive only while `hold` says so. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onDeath: (thread: Thread) => void;
  #onIdle: (() => void) | undefined;

  constructor(onDeath: (thread: Thread) => void) {
    this.#onDeath = onDeath;
    // Without the main program's Node options: --input-type and loaders concern its entry, not this one.
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [] });
    this.#worker.unref();
    this.#worker.on("message", (answer: FromWorker) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#die(`a worker thread failed: ${error.message}`, error));
    this.#worker.on("exit", (code) => this.#die(`a worker thread ended with exit code ${code}`));
  }

  send(message: ToWorker, waiting?: Waiting): void {
    if (message.type === "work" && waiting) this.#waiting.set(message.id, waiting);
    this.#worker.postMessage(message);
  }

  hold(alive: boolean): void {
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  /**
   * Ends the thread, after the pictures it has under way: to end it amid a decoder's work would end the process (sharp's
   * binding throws where its thread's environment is gone).
   */
  async end(): Promise<void> {
    for (const { stop } of this.#waiting.values()) Atomics.store(stop, 0, 1);
    if (this.#waiting.size > 0) {
      this.hold(true);
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#worker.terminate();
  }

  #settle(answer: FromWorker): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#onIdle?.();
    if (answer.error) waiting?.reject(new AumentoError(answer.error.code, answer.error.message));
    else waiting?.resolve(answer.failures);
  }

  #die(reason: string, cause?: Error): void {
    this.#onDeath(this);
    for (const { reject } of this.#waiting.values()) {
      reject(new AumentoError("worker-died", `${reason}; its pictures are lost`, { cause }));
    }
    this.#waiting.clear();
    this.#onIdle?.();
  }
}

/**
 * Worker threads that flows share. They start with the first work, keep no process alive while nobody waits for
 * them, and end when the last flow closes. A thread that died is replaced when the next work comes.
 */
export class Pool {
  readonly size: number;
  readonly #recipes = new Map<number, Recipe>();
  readonly #threads: (Thread | undefined)[];
  #holders = 0;
  #nextId = 0;

  constructor(size: number) {
    this.size = size;
    this.#threads = new Array<Thread | undefined>(size).fill(undefined);
  }

  /** Registers a flow; returns its number. */
  open(recipe: Recipe): number {
    const client = this.#nextId++;
    this.#recipes.set(client, recipe);
    for (const thread of this.#threads) thread?.send({ type: "open", client, recipe });
    return client;
  }

  /** Forgets a flow; ends the threads when it was the last. */
  async close(client: number): Promise<void> {
    this.#recipes.delete(client);
    for (const thread of this.#threads) thread?.send({ type: "close", client });
    if (this.#recipes.size === 0) await this.endThreads();
  }

  /** Ends the threads; others take their place when there is work again. */
  async endThreads(): Promise<void> {
    const threads = this.#threads.splice(0, this.size, ...new Array<undefined>(this.size));
    await Promise.all(threads.map((thread) => thread?.end()));
  }

  /** Has thread number `place` do the work. */
  run(place: number, client: number, work: Work): Promise<Failure[]> {
    const thread = this.#thread(place);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      thread.send({ type: "work", id, client, work }, { resolve, reject, stop: work.stop });
    });
  }

  /** Awaits something the threads do, keeping the process alive meanwhile. */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    this.#hold(1);
    try {
      return await promise;
    } finally {
      this.#hold(-1);
    }
  }

  #hold(change: number): void {
    this.#holders += change;
    for (const thread of this.#threads) thread?.hold(this.#holders > 0);
  }

  #thread(place: number): Thread {
    const existing = this.#threads[place];
    if (existing) return existing;
    const thread = new Thread((dead) => {
      if (this.#threads[place] === dead) this.#threads[place] = undefined;
    });
    this.#threads[place] = thread;
    thread.hold(this.#holders > 0);
    for (const [client, recipe] of this.#recipes) thread.send({ type: "open", client, recipe });
    return thread;
  }
}

const pools = new Map<number, Pool>();

/** Where a program ends by itself with threads at work (an epoch that was left), their pictures are waited for. */
function endWithProcess(): void {
  process.on("beforeExit", () => {
    for (const pool of pools.values()) void pool.endThreads();
  });
}

/** The process' pool of this many threads. */
export function sharedPool(size: number): Pool {
  let pool = pools.get(size);
  if (!pool) {
    if (pools.size === 0) endWithProcess();
    pool = new Pool(size);
    pools.set(size, pool);
  }
  return pool;
}
