import type { Value } from "../../src/ir/value.ts";
import { compileGraph } from "../../src/onnx/serialize.ts";
import { createSession, type SessionTensor } from "../../src/runtime/index.ts";

/** Compiles and runs once: named outputs for fed values. */
export async function evaluate(
  outputs: Record<string, Value>,
  feeds: Record<string, SessionTensor>,
  options: { block?: number; portable?: boolean } = {},
): Promise<Record<string, SessionTensor>> {
  const session = await createSession(compileGraph({ outputs, ...options }), { threads: 1 });
  try {
    return await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]])));
  } finally {
    await session.close();
  }
}

/** Numbers in [-1, 1) that look random: a linear congruential sequence (Numerical Recipes' constants). */
export function numbers(length: number, seed: number): Float32Array {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Distinct numbers, 0.06 apart and away from zero and from those of the next seed, in an order that looks random. */
export function spread(length: number, seed: number): Float32Array {
  const order = numbers(length, seed);
  const ranks = Array.from(order, (_, i) => i).sort((a, b) => order[a] - order[b]);
  const result = new Float32Array(length);
  ranks.forEach((place, rank) => {
    result[place] = (rank - length / 2 + 0.4 + 0.25 * (seed % 3)) * 0.06;
  });
  return result;
}
