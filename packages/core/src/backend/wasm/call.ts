import type { Role, Shape } from "../../image.ts";
import type { KernelFunction, KernelInstance } from "./instance.ts";

/** A picture in WebAssembly memory. */
export interface Picture extends Shape {
  readonly pointer: number;
}

/** Bytes kept free behind every picture and table, so that a kernel may load whole vectors at the end. */
export const SLACK = 64;

/** What a kernel gets: where the picture is, where the result goes, scratch memory, and the compiled functions. */
export class KernelCall {
  readonly input: Picture;
  readonly output: Picture;
  readonly role: Role;
  readonly #instance: KernelInstance;
  #top: number;

  constructor(instance: KernelInstance, input: Picture, output: Picture, role: Role, scratch: number) {
    this.#instance = instance;
    this.input = input;
    this.output = output;
    this.role = role;
    this.#top = scratch;
  }

  /** The exports of `assembly/index.ts`. */
  get kernels(): Readonly<Record<string, KernelFunction>> {
    return this.#instance.functions;
  }

  /** Address of `bytes` uninitialised bytes, aligned to 16, that live until this op ends. */
  scratch(bytes: number): number {
    const pointer = this.#top;
    this.#top = (pointer + bytes + SLACK + 15) & ~15;
    this.#instance.reserve(this.#top);
    return pointer;
  }

  /** Copies numbers into scratch memory and returns their address. */
  write(
    values: Uint8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | Float32Array | Float64Array,
  ): number {
    const pointer = this.scratch(values.byteLength);
    this.#instance.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pointer);
    return pointer;
  }

  /** The bytes from an address: valid until the next call of `scratch` or `write`. */
  read(pointer: number, length: number): Uint8Array {
    return this.#instance.bytes.subarray(pointer, pointer + length);
  }
}
