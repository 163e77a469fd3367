import {
  byteLength,
  createPixels,
  type Image,
  type PixelData,
  type Role,
  type Shape,
  shapeOf,
  valuesIn,
} from "../../image.ts";
import { type Op, shapeAfter } from "../../op.ts";
import { type Backend, deliver } from "../backend.ts";
import { KernelCall, type Picture, SLACK } from "./call.ts";
import { type KernelInstance, kernelInstance } from "./instance.ts";

/** Whether the op's kernel handles such pixels; where not, its reference implementation runs in its place. */
function hasKernel(op: Op, shape: Shape, role: Role): boolean {
  const { kernel } = op.definition;
  if (!kernel) return false;
  return kernel.supports ? kernel.supports(op.params, shape, role) : shape.dtype === "uint8";
}

function bytesOf(data: PixelData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** One picture's way through memory: in once, from one buffer to the other between kernels, out once. */
class Session {
  readonly #instance: KernelInstance;
  readonly #role: Role;
  readonly #slots: readonly [number, number];
  readonly #scratch: number;
  /** The picture outside (`#image`) or in one of the slots (`#slot`). */
  #image: Image;
  #picture: Picture | undefined;

  constructor(instance: KernelInstance, image: Image, role: Role, largest: number) {
    this.#instance = instance;
    this.#image = image;
    this.#role = role;
    const slotBytes = (largest + SLACK + 63) & ~63;
    this.#slots = [instance.base + SLACK, instance.base + SLACK + slotBytes];
    this.#scratch = instance.base + SLACK + 2 * slotBytes;
    instance.reserve(this.#scratch);
  }

  run(op: Op, before: Shape, after: Shape): void {
    if (!hasKernel(op, before, this.#role)) {
      this.#image = op.definition.reference(op.params, this.#outside(), this.#role);
      return;
    }
    const kernel = op.definition.kernel!; // hasKernel has just seen it
    if (!this.#picture && kernel.copyIn && this.#copyIn(op, after)) return;
    const input = this.#inside(before);
    const pointer = kernel.inPlace ? input.pointer : this.#otherSlot(input.pointer);
    const output: Picture = { ...after, pointer };
    kernel.run(op.params, new KernelCall(this.#instance, input, output, this.#role, this.#scratch));
    this.#picture = output;
  }

  finish(out: PixelData | undefined, shape: Shape): Image {
    if (!this.#picture) return deliver(this.#image, out);
    const data = out ?? createPixels(shape.dtype, valuesIn(shape));
    const { pointer } = this.#picture;
    const bytes = this.#instance.bytes.subarray(pointer, pointer + byteLength(shape));
    if (out && (out.length !== valuesIn(shape) || out.byteLength !== bytes.length)) {
      return deliver({ ...shape, data: createPixels(shape.dtype, valuesIn(shape)) }, out);
    }
    bytesOf(data).set(bytes);
    return { data, width: shape.width, height: shape.height, channels: shape.channels };
  }

  #otherSlot(pointer: number): number {
    return pointer === this.#slots[0] ? this.#slots[1] : this.#slots[0];
  }

  #copyIn(op: Op, after: Shape): boolean {
    const pointer = this.#slots[0];
    const target = this.#instance.bytes.subarray(pointer, pointer + byteLength(after));
    if (!op.definition.kernel?.copyIn?.(op.params, this.#image, target, this.#role)) return false;
    this.#picture = { ...after, pointer };
    return true;
  }

  #inside(shape: Shape): Picture {
    if (!this.#picture) {
      this.#picture = { ...shape, pointer: this.#slots[0] };
      this.#instance.bytes.set(bytesOf(this.#image.data), this.#slots[0]);
    }
    return this.#picture;
  }

  #outside(): Image {
    if (this.#picture) {
      this.#image = this.finish(undefined, this.#picture);
      this.#picture = undefined;
    }
    return this.#image;
  }
}

/** Runs ops in WebAssembly with SIMD. Memory is reused from call to call and grows only for a larger picture. */
export const wasmBackend: Backend = {
  name: "wasm",
  run(ops: readonly Op[], image: Image, role: Role, out?: PixelData): Image {
    if (ops.length === 0) return deliver(image, out);
    const shapes = [shapeOf(image)];
    for (const op of ops) shapes.push(shapeAfter(op, shapes[shapes.length - 1]));
    const session = new Session(kernelInstance(), image, role, Math.max(...shapes.map(byteLength)));
    for (const [index, op] of ops.entries()) session.run(op, shapes[index], shapes[index + 1]);
    return session.finish(out, shapes[ops.length]);
  },
};
