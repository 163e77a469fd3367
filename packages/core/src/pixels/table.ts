import type { KernelCall } from "../backend/wasm/call.ts";

/** Fractional bits of the linear kernel (assembly/linear.ts), and what fits into its factor. */
const FRACTION = 2 ** 20;
const FACTOR_LIMIT = 2 ** 22;
const SUM_LIMIT = 2 ** 31;

/** A table of bytes in fixed point: entry x is (factor x + term) >> 20 within 0..255. */
export interface LinearTable {
  readonly factor: number;
  readonly term: number;
}

/** The term with which this factor gives every entry of the table, if there is one. */
function termFor(table: Uint8Array, factor: number): number | undefined {
  let low = -SUM_LIMIT + Math.max(-255 * factor, 0);
  let high = SUM_LIMIT - 1 - Math.max(255 * factor, 0);
  for (let x = 0; x < 256; x++) {
    const value = table[x];
    const least = value * FRACTION - factor * x;
    if (value > 0 && least > low) low = least;
    if (value < 255 && least + FRACTION <= high) high = least + FRACTION - 1;
  }
  return low <= high ? low + Math.floor((high - low) / 2) : undefined;
}

/** The table in fixed point, where its slope is about `slope` and all of its 256 entries come out. */
export function linearTable(table: Uint8Array, slope: number): LinearTable | undefined {
  const nearest = Math.round(slope * FRACTION);
  for (const factor of [nearest, nearest - 64, nearest + 64]) {
    if (Math.abs(factor) >= FACTOR_LIMIT) return undefined;
    const term = termFor(table, factor);
    if (term !== undefined) return { factor, term };
  }
  return undefined;
}

/** Every value of the input through a table of 256 bytes; `slope` where it is a linear function cut off. */
export function applyTable(call: KernelCall, table: Uint8Array, slope?: number): void {
  const { input, output, kernels } = call;
  const count = input.width * input.height * input.channels;
  const linear = slope === undefined ? undefined : linearTable(table, slope);
  if (linear) {
    kernels.linear(input.pointer, output.pointer, count, linear.factor, linear.term);
    return;
  }
  kernels.lookup(input.pointer, output.pointer, count, call.write(table), call.scratch(2 * 65536));
}
