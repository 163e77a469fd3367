import type { Emitter } from "../ir/emitter.ts";
import type { Shape, Value } from "../ir/value.ts";
import type { ConvAttributes } from "./conv2d.ts";
import type { Pair } from "./window.ts";

/**
 * One axis of a transposed convolution of stride s, taken apart: every s-th element of the output is a convolution of
 * stride 1 with every s-th place of the kernel, so that no product with an inserted zero is computed.
 */
interface AxisPhase {
  /** Places of the kernel, in the order in which they meet the input. */
  readonly taps: readonly number[];
  /** Zeros to put before and after the input. */
  readonly before: number;
  readonly after: number;
}

/** The phases of an output axis in the order of its elements, or undefined where they are not all of one length. */
function axisPhases(
  output: number,
  input: number,
  kernel: number,
  stride: number,
  pad: number,
): readonly AxisPhase[] | undefined {
  if (output % stride !== 0 || kernel < stride) return undefined;
  const phases: AxisPhase[] = [];
  for (let phase = 0; phase < stride; phase++) {
    // Output element `stride · i + phase` sees kernel place `first + stride · t` at input element `i + offset - t`.
    const first = (phase + pad) % stride;
    const offset = (phase + pad - first) / stride;
    const count = Math.ceil((kernel - first) / stride);
    const before = count - 1 - offset;
    const after = offset + output / stride - input;
    if (before < 0 || after < 0) return undefined;
    phases.push({
      taps: Array.from({ length: count }, (_, i) => first + stride * (count - 1 - i)),
      before,
      after,
    });
  }
  return phases;
}

export interface Phases {
  readonly rows: readonly AxisPhase[];
  readonly columns: readonly AxisPhase[];
}

/** The phases of a transposed convolution from [.., ..input] to [.., ..output], or undefined where it has none. */
export function phasesOf(
  output: Shape,
  input: Shape,
  kernel: Pair,
  { strides, pads, dilations, groups }: ConvAttributes,
): Phases | undefined {
  if (groups !== 1 || dilations.some((step) => step !== 1)) return undefined;
  const rows = axisPhases(output[2], input[2], kernel[0], strides[0], pads[0]);
  const columns = axisPhases(output[3], input[3], kernel[1], strides[1], pads[1]);
  return rows && columns && { rows, columns };
}

/** Weights [filters, channels, kh, kw] as [kh · kw, filters, channels]: a matrix for each place of the kernel. */
export function placesFirst(
  emitter: Emitter,
  weights: string,
  [filters, channels, height, width]: Shape,
): string {
  const flat = emitter.reshape(weights, [filters * channels, height * width]);
  return height * width === 1 ? flat : emitter.transpose(flat, [1, 0]);
}

/** Elements of the phases, which lie in blocks, put next to each other: [n, channels, height, width]. */
export function interleave(
  emitter: Emitter,
  rows: readonly (readonly string[])[],
  { shape }: Value,
  block: number,
): string {
  const [batch, channels, height, width] = shape;
  const [stepsDown, stepsAcross] = [rows.length, rows[0].length];
  const outer = [batch, channels / block, height / stepsDown];
  const lines = rows.map((phases) => {
    const views = phases.map((name) => emitter.reshape(name, [...outer, width / stepsAcross, block]));
    const line = views.length === 1 ? views[0] : emitter.node("Concat", views, { axis: 4 });
    return emitter.reshape(line, [...outer, width * block]);
  });
  const whole = lines.length === 1 ? lines[0] : emitter.node("Concat", lines, { axis: 3 });
  return emitter.reshape(whole, shape);
}
