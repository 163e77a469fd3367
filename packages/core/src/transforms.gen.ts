// Made by tools/registry.js; do not edit.
export { clahe } from "./transforms/clahe.ts";
export { horizontalFlip } from "./transforms/horizontal-flip.ts";
export { hueSaturationValue } from "./transforms/hue-saturation-value.ts";
export { invertImg } from "./transforms/invert-img.ts";
export { randomBrightnessContrast } from "./transforms/random-brightness-contrast.ts";
export { randomGamma } from "./transforms/random-gamma.ts";
