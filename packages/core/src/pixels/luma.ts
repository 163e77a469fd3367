/** Luma of a colour of bytes, 14 fractional bits inside, as OpenCV's COLOR_RGB2YCrCb. */
export function lumaOf(r: number, g: number, b: number): number {
  return (4899 * r + 9617 * g + 1868 * b + 8192) >> 14;
}

const clamp = (value: number) => Math.min(Math.max(value, 0), 255);

/** The colour with another luma and its chroma kept (through bytes of Cr and Cb), into `out` from `at`. */
export function withLuma(r: number, g: number, b: number, luma: number, out: Uint8Array, at: number): void {
  const before = lumaOf(r, g, b);
  const cr = clamp(((r - before) * 11682 + (128 << 14) + 8192) >> 14) - 128;
  const cb = clamp(((b - before) * 9241 + (128 << 14) + 8192) >> 14) - 128;
  out[at] = clamp(luma + ((cr * 22987 + 8192) >> 14));
  out[at + 1] = clamp(luma + ((cb * -5636 + cr * -11698 + 8192) >> 14));
  out[at + 2] = clamp(luma + ((cb * 29049 + 8192) >> 14));
}
