import { Worker } from "node:worker_threads";
import { AumentoError, type AumentoErrorCode } from "../errors.ts";
import type { Recipe } from "./picture-writer.ts";
import type { PictureTask } from "./tasks.ts";

export interface Request {
  id: number;
  task: PictureTask;
  /** Manifest lines of an earlier run, as text: if they still hold, nothing is made. */
  recorded?: string;
  /** Only find out what the picture's files take. */
  measure?: boolean;
}

/** What was made of a picture. */
export interface Made {
  /** Its manifest lines. */
  text: string;
  /** Picture files, and their bytes with the masks'. */
  files: number;
  bytes: number;
  /** Why there are none. */
  leftOut?: string;
  /** An earlier run had made its files from another content. */
  sourceChanged: boolean;
}

export interface Answer {
  id: number;
  /** Nothing was made: the earlier run's files hold. */
  kept?: boolean;
  made?: Made;
  measured?: { bytes: number; files: number };
  error?: { code: AumentoErrorCode; message: string };
}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

/** A worker thread and the requests it has not answered. */
interface Thread {
  worker: Worker;
  waiting: Map<number, Waiting>;
}

/** Threads that make pictures' files. */
export class Crew {
  readonly #threads: Thread[];
  #nextId = 0;

  constructor(size: number, recipe: Recipe) {
    this.#threads = Array.from({ length: size }, () => this.#start(recipe));
  }

  /** Has the thread that has least to do answer. An error of its own ends the run: it comes as an AumentoError. */
  ask(request: Omit<Request, "id">): Promise<Answer> {
    const thread = this.#threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.postMessage({ ...request, id } satisfies Request);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(recipe: Recipe): Thread {
    // Without the main program's Node options: --input-type and loaders concern its entry, not this one.
    const worker = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [], workerData: recipe });
    const thread: Thread = { worker, waiting: new Map() };
    worker.on("message", (answer: Answer) => {
      const waiting = thread.waiting.get(answer.id);
      thread.waiting.delete(answer.id);
      if (answer.error) waiting?.reject(new AumentoError(answer.error.code, answer.error.message));
      else waiting?.resolve(answer);
    });
    const die = (reason: string, cause?: Error) => {
      for (const { reject } of thread.waiting.values()) reject(new AumentoError("failed", reason, { cause }));
      thread.waiting.clear();
    };
    worker.on("error", (error) => die(`a worker thread failed: ${error.message}`, error));
    worker.on("exit", (code) => die(`a worker thread ended with exit code ${code}`));
    return thread;
  }
}
