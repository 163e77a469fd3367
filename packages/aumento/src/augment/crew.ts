import { Worker } from "node:worker_threads";
import { AumentoError, type AumentoErrorCode } from "../errors.ts";
import type { Recipe } from "./picture-writer.ts";
import type { PictureTask } from "./tasks.ts";

/** What is asked about one picture. */
export interface Question {
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
  /** What is wrong with it all the same. */
  warning?: string;
}

/** Several at a time: a message is not free, and small pictures are made quickly. */
export interface Request {
  id: number;
  questions: Question[];
}

export interface Answer {
  /** Nothing was made: the earlier run's files hold. */
  kept?: boolean;
  made?: Made;
  measured?: { bytes: number; files: number };
  error?: { code: AumentoErrorCode; message: string };
}

/** Answers in the order of the questions; after one with an error there are none. */
export interface Reply {
  id: number;
  answers: Answer[];
}

interface Waiting {
  resolve: (answers: Answer[]) => void;
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
  readonly #asked = new Set<Promise<Answer[]>>();
  #nextId = 0;

  constructor(size: number, recipe: Recipe) {
    this.#threads = Array.from({ length: size }, () => this.#start(recipe));
  }

  get size(): number {
    return this.#threads.length;
  }

  /**
   * Has the thread that has least to do answer, in the order of the questions. After an answer with an error, which
   * ends the run, there are none.
   */
  ask(questions: Question[]): Promise<Answer[]> {
    const thread = this.#threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
    const id = this.#nextId++;
    const answers = new Promise<Answer[]>((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.postMessage({ id, questions } satisfies Request);
    });
    this.#asked.add(answers);
    const forget = () => this.#asked.delete(answers);
    answers.then(forget, forget);
    return answers;
  }

  /** Ends the threads, each after what it was asked: to end one amid a decoder's work would end the process. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#asked);
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(recipe: Recipe): Thread {
    // Without the main program's Node options: --input-type and loaders concern its entry, not this one.
    const worker = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [], workerData: recipe });
    const thread: Thread = { worker, waiting: new Map() };
    worker.on("message", ({ id, answers }: Reply) => {
      const waiting = thread.waiting.get(id);
      thread.waiting.delete(id);
      waiting?.resolve(answers);
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
