import { badArgument, checkBoolean, checkNumber, checkOptions } from "../check.ts";

/** A learning rate that follows from the number of steps taken, as plain data; names and meaning are Keras'. */
export type LearningRateSchedule = ExponentialDecay | CosineDecay;

export interface ExponentialDecay {
  readonly className: "ExponentialDecay";
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
}

export interface CosineDecay {
  readonly className: "CosineDecay";
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  readonly warmupSteps: number;
  readonly warmupTarget: number | null;
}

type Options<T> = Omit<T, "className">;

/** initialLearningRate · decayRate^(step / decaySteps); with `staircase` the quotient is rounded down. */
export function exponentialDecay(
  options: Pick<ExponentialDecay, "initialLearningRate" | "decaySteps" | "decayRate"> &
    Partial<Options<ExponentialDecay>>,
): ExponentialDecay {
  const where = "exponentialDecay";
  checkOptions(where, options, ["className", "initialLearningRate", "decaySteps", "decayRate", "staircase"]);
  return {
    className: "ExponentialDecay",
    initialLearningRate: checkNumber(`${where}: initialLearningRate`, options.initialLearningRate, {
      min: 0,
    }),
    decaySteps: checkNumber(`${where}: decaySteps`, options.decaySteps, { above: 0 }),
    decayRate: checkNumber(`${where}: decayRate`, options.decayRate, { above: 0 }),
    staircase: checkBoolean(`${where}: staircase`, options.staircase ?? false),
  };
}

/**
 * Half a cosine from the initial rate down to `alpha` of it over `decaySteps` (Loshchilov and Hutter, 2017); before it,
 * over `warmupSteps`, in a straight line up to `warmupTarget`, from which it then falls.
 */
export function cosineDecay(
  options: Pick<CosineDecay, "initialLearningRate" | "decaySteps"> & Partial<Options<CosineDecay>>,
): CosineDecay {
  const where = "cosineDecay";
  checkOptions(where, options, [
    "className",
    "initialLearningRate",
    "decaySteps",
    "alpha",
    "warmupSteps",
    "warmupTarget",
  ]);
  const { warmupTarget = null } = options;
  return {
    className: "CosineDecay",
    initialLearningRate: checkNumber(`${where}: initialLearningRate`, options.initialLearningRate, {
      min: 0,
    }),
    decaySteps: checkNumber(`${where}: decaySteps`, options.decaySteps, { above: 0 }),
    alpha: checkNumber(`${where}: alpha`, options.alpha ?? 0, { min: 0, max: 1 }),
    warmupSteps: checkNumber(`${where}: warmupSteps`, options.warmupSteps ?? 0, { min: 0 }),
    warmupTarget:
      warmupTarget === null ? null : checkNumber(`${where}: warmupTarget`, warmupTarget, { min: 0 }),
  };
}

/** A number or schedule, checked; `where` is the parameter it was given as. */
export function resolveLearningRate(
  where: string,
  given: number | LearningRateSchedule,
): number | LearningRateSchedule {
  if (typeof given !== "object" || given === null) return checkNumber(where, given, { min: 0 });
  if (given.className === "ExponentialDecay") return exponentialDecay(given);
  if (given.className === "CosineDecay") return cosineDecay(given);
  return badArgument(where, "a number or what exponentialDecay or cosineDecay gives", given);
}

function cosine(
  { initialLearningRate, decaySteps, alpha, warmupSteps, warmupTarget }: CosineDecay,
  step: number,
): number {
  const top = warmupTarget ?? initialLearningRate;
  const warmup = warmupTarget === null ? 0 : warmupSteps;
  if (step < warmup) return initialLearningRate + ((top - initialLearningRate) * step) / warmup;
  const done = Math.min(1, (step - warmup) / decaySteps);
  return top * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * done)) + alpha);
}

/** The learning rate after this many steps. */
export function learningRateAt(rate: number | LearningRateSchedule, step: number): number {
  if (typeof rate === "number") return rate;
  if (rate.className === "CosineDecay") return cosine(rate, step);
  const decays = step / rate.decaySteps;
  return rate.initialLearningRate * rate.decayRate ** (rate.staircase ? Math.floor(decays) : decays);
}
