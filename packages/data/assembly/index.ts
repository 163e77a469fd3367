// The kernels of this package. Addresses come from the TypeScript side, which owns all memory above the heap base;
// nothing here allocates.
export * from "./jpeg";

/** First address behind the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
