import { AumentoError, show } from "../errors.ts";

/** What an additional target may be treated as. */
export const targetKinds = ["image", "mask", "masks", "bboxes", "keypoints"] as const;
export type TargetKind = (typeof targetKinds)[number];

/** The sample's fields of one kind: the standard one, then additional ones in the order they were given. */
export function fieldsOf(
  kind: TargetKind,
  additional: Readonly<Record<string, string>> | undefined,
): string[] {
  const extra = Object.entries(additional ?? {}).filter(([, target]) => target === kind);
  return [kind, ...extra.map(([field]) => field)];
}

/** Throws unless every additional target names a kind of target. */
export function assertAdditionalTargets(additional: Readonly<Record<string, string>>): void {
  for (const [field, kind] of Object.entries(additional)) {
    if (!targetKinds.some((known) => known === kind)) {
      throw new AumentoError(
        "invalid-parameter",
        `additionalTargets.${field}: expected one of ${targetKinds.map((known) => `"${known}"`).join(", ")}, got ${show(kind)}`,
      );
    }
  }
}
