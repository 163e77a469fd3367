import { kernels } from "./kernels.gen.ts";

/** The part of the platform used here, which TypeScript declares only together with the whole DOM. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What assembly/index.ts exports; pointers are byte offsets in the memory. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  heapBase(): number;
  sgd(
    weights: number,
    gradients: number,
    velocities: number,
    length: number,
    rate: number,
    momentum: number,
    nesterov: boolean,
  ): void;
  adam(
    weights: number,
    gradients: number,
    means: number,
    squares: number,
    length: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    kept: number,
  ): void;
  dropoutMask(target: number, length: number, rate: number, stream: number, key0: number, key1: number): void;
}

let compiled: object | undefined;

/** A fresh instance of the kernels, with its own memory; synchronous, from bytes in the package. */
export function instantiateKernels(): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernels), (char) => char.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled, {
    env: {
      abort: () => {
        throw new Error("A kernel of @aumento/nn failed an assertion");
      },
    },
  });
  // The module is our own; its exports are checked by the kernels' tests.
  return exports as Kernels;
}
