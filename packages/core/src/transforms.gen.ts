// Made by tools/registry.js; do not edit.
export { horizontalFlip } from "./transforms/horizontal-flip.ts";
