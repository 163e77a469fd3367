/** First byte that the module itself does not use: the arena begins there. */
export function heapBase(): usize {
  return __heap_base;
}
