// The kernels, one file a family. Pointers and extents come from the TypeScript side, which owns all memory above
// the heap base; nothing here allocates.
export * from "./orient";

/** First address behind the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
