// The kernels, one file a family. Pointers and extents come from the TypeScript side, which owns all memory above
// the heap base; nothing here allocates.
export * from "./orient";
export * from "./rectangle";
export * from "./resize";
export * from "./warp";
export * from "./lookup";
export * from "./linear";
export * from "./lab";
export * from "./clahe";
export * from "./hsv";
export * from "./statistics";
export * from "./colour";
export * from "./convolve";
export * from "./box";
export * from "./surround";
export * from "./median";
export * from "./median25";
export * from "./noise";
export * from "./normalize";

/** First address behind the module's own data. */
export function heapBase(): usize {
  return __heap_base;
}
