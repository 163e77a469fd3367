import { kernels } from "./kernels.gen.ts";

// The package is compiled without DOM or Node types; these are the parts of the two that it uses.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};
declare function atob(base64: string): string;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A kernel: numbers (pointers, extents, parameters) in, a number or nothing out. */
export type KernelFunction = (...args: number[]) => number;

/** The compiled kernels with their memory. One a thread. */
export class KernelInstance {
  /** The exported functions of `assembly/index.ts`, by name. */
  readonly functions: Readonly<Record<string, KernelFunction>>;
  readonly #memory: Memory;
  readonly #base: number;
  #bytes: Uint8Array;

  constructor() {
    const text = atob(kernels);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i); // tenfold the speed of Uint8Array.from
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
    this.functions = instance.exports as Record<string, KernelFunction>; // what assembly/index.ts exports
    this.#memory = instance.exports.memory as Memory; // asc exports the memory under this name
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#base = (this.functions.heapBase() + 63) & ~63;
  }

  /** First address that is free for pictures and tables. */
  get base(): number {
    return this.#base;
  }

  /** All of memory. Growing replaces it: do not keep it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Makes sure that addresses below `end` exist. */
  reserve(end: number): void {
    const missing = end - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / 65536));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }
}

let shared: KernelInstance | undefined;

/** The thread's instance, made when it is first needed. */
export function kernelInstance(): KernelInstance {
  shared ??= new KernelInstance();
  return shared;
}
