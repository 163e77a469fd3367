import type { Tensor } from "./batch.ts";

/**
 * What the targets of a batch are: the class' number, a one-hot row, 0 or 1 for two classes, the picture itself
 * (auto-encoders), or nothing.
 */
export type ClassMode = "sparse" | "categorical" | "binary" | "input" | "none";

export const classModes: readonly ClassMode[] = ["sparse", "categorical", "binary", "input", "none"];

/** Whether the targets need to know the class. */
export function needsClasses(mode: ClassMode): boolean {
  return mode === "sparse" || mode === "categorical" || mode === "binary";
}

/** The targets of a batch: int32 [n], float32 [n, classes] or float32 [n]; for "input" the pictures themselves. */
export function encodeLabels(
  mode: ClassMode,
  labels: readonly number[],
  classes: number,
  x: Tensor,
): Tensor | undefined {
  switch (mode) {
    case "sparse":
      return { data: Int32Array.from(labels), shape: [labels.length] };
    case "binary":
      return { data: Float32Array.from(labels), shape: [labels.length] };
    case "categorical": {
      const data = new Float32Array(labels.length * classes);
      for (const [row, label] of labels.entries()) data[row * classes + label] = 1;
      return { data, shape: [labels.length, classes] };
    }
    case "input":
      return x;
    case "none":
      return undefined;
  }
}
