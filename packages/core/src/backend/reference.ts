import type { Image, PixelData, Role } from "../image.ts";
import type { Op } from "../op.ts";
import { type Backend, deliver } from "./backend.ts";

/** Runs every op's plain TypeScript definition: slow, and the definition of correct. */
export const referenceBackend: Backend = {
  name: "reference",
  run(ops: readonly Op[], image: Image, role: Role, out?: PixelData): Image {
    const result = ops.reduce((current, op) => op.definition.reference(op.params, current, role), image);
    return deliver(result, out);
  },
};
