// Made by tools/registry.js; do not edit.
import { horizontalFlip } from "./transforms/horizontal-flip.ts";
import { orient } from "./ops/orient.ts";

/** Every transform. */
export const transforms = [
  horizontalFlip,
] as const;

/** Every op. */
export const ops = [
  orient,
] as const;
