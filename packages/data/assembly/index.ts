export { setHuffman } from "./huffman";
export { decodeScan, setQuantization, workspaceSize } from "./scan";

/** The first byte that is free for the caller. */
export function heapBase(): usize {
  return __heap_base;
}
