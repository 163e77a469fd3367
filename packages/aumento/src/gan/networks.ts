import * as nn from "@aumento/nn";
import type { GanSettings } from "./result.ts";

/** DiffAugment's parts by the names of the paper; the others are left out. */
function diffAugmentOf(kinds: readonly string[]): boolean | Partial<nn.DiffAugment> {
  if (kinds.length === 0) return false;
  return {
    ...(kinds.includes("color") ? {} : { brightness: 0, saturation: 0, contrast: 0 }),
    ...(kinds.includes("translation") ? {} : { translation: 0 }),
    ...(kinds.includes("cutout") ? {} : { cutout: 0 }),
  };
}

/** Both networks of a training's settings, untrained. */
export function createGan(settings: GanSettings, classNames: readonly string[]): nn.Gan {
  const { size, latent, filters, normalization, upsampling, seed } = settings;
  const networks = nn.dcgan({
    size,
    latent,
    filters,
    normalization,
    upsampling,
    seed,
    ...(classNames.length > 0 ? { classes: classNames.length } : {}),
  });
  return nn.gan({
    ...networks,
    loss: settings.loss,
    labelSmoothing: settings.labelSmoothing,
    discriminatorSteps: settings.discriminatorSteps,
    generatorOptimizer: nn.dcganAdam(settings.generatorLearningRate),
    discriminatorOptimizer: nn.dcganAdam(settings.discriminatorLearningRate),
    seed,
    diffAugment: diffAugmentOf(settings.diffAugment),
    ...(classNames.length > 0 ? { classNames } : {}),
  });
}
