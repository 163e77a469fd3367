import { OptionError } from "../errors.ts";
import { ganSizeOf } from "../gan/options.ts";
import { wholeNumber } from "../options.ts";
import type { GanArmSettings } from "./result.ts";

/** How the generated pictures of a comparison come about. */
export interface GanArmOptions {
  /** A generator, or a folder of such, one a class. Default: one is trained on the training pictures first. */
  ganModel?: string;
  /** Steps of that training. Default 2000. */
  ganSteps?: number;
  /** Width and height of its pictures. Default 64. */
  ganSize?: number;
  /** Pictures to generate for each class. Default: as many as it has training pictures. */
  ganCount?: number;
}

/** Folders in an experiment's, for the GAN that it trains and for what is generated. */
export const ganFolder = "gan";
export const syntheticFolder = "synthetic";

/** Checks the options and fills in the defaults. */
export function resolveGanArms({
  ganModel,
  ganSteps,
  ganSize = 64,
  ganCount,
}: GanArmOptions): GanArmSettings {
  if (ganModel !== undefined && ganSteps !== undefined) {
    throw new OptionError(
      (called) =>
        `${called("ganModel")} is a trained generator and ${called("ganSteps")} trains one: give one of the two`,
    );
  }
  const size = ganSizeOf("ganSize", ganSize);
  if (ganSteps !== undefined) wholeNumber("ganSteps", ganSteps, 1);
  if (ganCount !== undefined) wholeNumber("ganCount", ganCount, 1);
  return {
    model: ganModel ?? null,
    steps: ganModel === undefined ? (ganSteps ?? 2000) : null,
    size: ganModel === undefined ? size : null,
    count: ganCount ?? null,
  };
}

/** The arguments that repeat them. */
export function ganArmArguments({ model, steps, size, count }: GanArmSettings): string[] {
  const option = (name: string, value: string | number | null) =>
    value === null ? [] : [`--gan-${name}`, String(value)];
  return [
    "--with",
    "gan",
    ...option("model", model),
    ...option("steps", steps),
    ...option("size", size),
    ...option("count", count),
  ];
}
