import { AumentoError, show } from "../errors.ts";
import type { Sample } from "../image.ts";

/** Throws unless every label field is there with one entry a row. */
export function checkLabelFields(
  sample: Sample,
  target: string,
  rows: number,
  labelFields: readonly string[] | null,
): void {
  for (const field of labelFields ?? []) {
    const labels = sample[field];
    if (!isList(labels)) {
      throw new AumentoError(
        "invalid-sample",
        `${field}: expected a list with one entry for each of ${target}, got ${show(labels)}`,
      );
    }
    if (labels.length !== rows) {
      throw new AumentoError(
        "invalid-sample",
        `${field}: expected ${rows} entries, one for each of ${target}, got ${labels.length}`,
      );
    }
  }
}

/** The entries of the rows that are left, in their order, for each label field. */
export function pickLabels(
  sample: Sample,
  rows: readonly number[],
  labelFields: readonly string[] | null,
): Record<string, unknown[]> {
  const picked: Record<string, unknown[]> = {};
  for (const field of labelFields ?? []) {
    const labels = sample[field];
    if (isList(labels)) picked[field] = rows.map((row) => labels[row]);
  }
  return picked;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}
