import {
  affine,
  clahe,
  coarseDropout,
  compose,
  gaussianBlur,
  gaussNoise,
  horizontalFlip,
  hueSaturationValue,
  oneOf,
  type Pipeline,
  randomBrightnessContrast,
  randomGamma,
  rotate,
  verticalFlip,
} from "@aumento/core";

export interface Preset {
  description: string;
  create: () => Pipeline;
}

/** Pipelines that the command line knows by name. */
export const presets: Record<string, Preset> = {
  none: {
    description: "nothing: the picture as it is",
    create: () => compose([]),
  },
  flip: {
    description: "left-right flip of every second picture",
    create: () => compose([horizontalFlip({ p: 0.5 })]),
  },
  course: {
    description: "the course's training augmentation: rotation, brightness and contrast, left-right flip",
    create: () =>
      compose([
        rotate({ limit: 40, p: 0.5 }),
        randomBrightnessContrast({ p: 0.5 }),
        horizontalFlip({ p: 0.5 }),
      ]),
  },
  exercise: {
    description: "the course's exercise: both flips, rotation, strong brightness and contrast, CLAHE",
    create: () =>
      compose([
        horizontalFlip({ p: 0.5 }),
        verticalFlip({ p: 0.2 }),
        rotate({ limit: 45, p: 0.8 }),
        randomBrightnessContrast({ brightnessLimit: 0.8, contrastLimit: 0.8, p: 0.5 }),
        clahe({ p: 0.5 }),
      ]),
  },
  light: {
    description: "small changes: flip, a little shift, zoom, turn, brightness and contrast",
    create: () =>
      compose([
        horizontalFlip({ p: 0.5 }),
        affine({ translatePercent: [-0.05, 0.05], scale: [0.95, 1.05], rotate: [-10, 10], p: 0.7 }),
        randomBrightnessContrast({ brightnessLimit: 0.15, contrastLimit: 0.15, p: 0.5 }),
      ]),
  },
  strong: {
    description: "large changes: flip, shift, zoom, turn, shear, colour, light, noise or blur, holes",
    create: () =>
      compose([
        horizontalFlip({ p: 0.5 }),
        affine({
          translatePercent: [-0.1, 0.1],
          scale: [0.7, 1.4],
          rotate: [-40, 40],
          shear: [-10, 10],
          p: 0.9,
        }),
        randomBrightnessContrast({ brightnessLimit: 0.3, contrastLimit: 0.3, p: 0.7 }),
        hueSaturationValue({ hueShiftLimit: 15, satShiftLimit: 40, valShiftLimit: 20, p: 0.5 }),
        randomGamma({ gammaLimit: [70, 140], p: 0.3 }),
        oneOf([gaussNoise({ p: 1 }), gaussianBlur({ p: 1 })], { p: 0.3 }),
        coarseDropout({ numHolesRange: [1, 4], p: 0.4 }),
      ]),
  },
};
