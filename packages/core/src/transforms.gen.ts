// Made by tools/registry.js; do not edit.
export { blur } from "./transforms/blur.ts";
export { clahe } from "./transforms/clahe.ts";
export { gaussNoise } from "./transforms/gauss-noise.ts";
export { gaussianBlur } from "./transforms/gaussian-blur.ts";
export { horizontalFlip } from "./transforms/horizontal-flip.ts";
export { hueSaturationValue } from "./transforms/hue-saturation-value.ts";
export { invertImg } from "./transforms/invert-img.ts";
export { medianBlur } from "./transforms/median-blur.ts";
export { randomBrightnessContrast } from "./transforms/random-brightness-contrast.ts";
export { randomGamma } from "./transforms/random-gamma.ts";
export { sharpen } from "./transforms/sharpen.ts";
