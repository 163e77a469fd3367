import type { KernelCall } from "../backend/wasm/call.ts";

/** Border modes of the kernels, with OpenCV's codes. */
export const REPLICATE = 1;
export const REFLECT_101 = 4;

/** The address of a copy of the input picture with `radius` pixels of border around it. */
export function surround(call: KernelCall, radius: number, mode: number): number {
  const { pointer, width, height, channels } = call.input;
  const address = call.scratch((width + 2 * radius) * (height + 2 * radius) * channels);
  call.kernels.surround(pointer, address, width, height, channels, radius, mode);
  return address;
}

/** Largest radius of the box kernel, whose sums have 16 bits. */
const BOX_LIMIT = 7;

/** Runs the separable convolution of the input picture into `target`. */
export function runSeparable(
  call: KernelCall,
  weights: readonly number[],
  scale: number,
  target: number,
): void {
  const { width, height, channels } = call.input;
  const radius = weights.length - 1;
  const source = surround(call, radius, REFLECT_101);
  if (radius <= BOX_LIMIT && weights.every((weight) => weight === 1)) {
    const rows = call.scratch((2 * radius + 2) * (width * channels + 16) * 2);
    call.kernels.boxBlur(source, target, width, height, channels, radius, scale, rows);
    return;
  }
  const kernel = call.write(Float32Array.from(weights));
  const size = 2 * radius + 1;
  const ring = call.scratch(size * (width * channels + 16) * 4);
  const rows = call.scratch(size * 4);
  call.kernels.convolveSeparable(source, target, width, height, channels, kernel, radius, scale, ring, rows);
}
