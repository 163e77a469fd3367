import { badArgument, checkBoolean, checkNumber, checkOptions } from "../check.ts";
import { type LearningRateSchedule, resolveLearningRate } from "../schedules/schedule.ts";

/** How weights follow from gradients, as plain data; names, defaults and meaning are Keras'. */
export type Optimizer = Sgd | Adam | AdamW;

export interface Sgd {
  readonly className: "SGD";
  /** A number, or a schedule over steps. */
  readonly learningRate: number | LearningRateSchedule;
  readonly momentum: number;
  readonly nesterov: boolean;
}

export interface Adam {
  readonly className: "Adam";
  /** A number, or a schedule over steps. */
  readonly learningRate: number | LearningRateSchedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface AdamW {
  readonly className: "AdamW";
  /** A number, or a schedule over steps. */
  readonly learningRate: number | LearningRateSchedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

type Options<T> = Partial<Omit<T, "className">>;

/** Stochastic gradient descent: v ← momentum·v − learningRate·g, w ← w + v (Nesterov: w + momentum·v − learningRate·g). */
export function sgd(options: Options<Sgd> = {}): Sgd {
  checkOptions("sgd", options, ["className", "learningRate", "momentum", "nesterov"]);
  return {
    className: "SGD",
    learningRate: resolveLearningRate("sgd: learningRate", options.learningRate ?? 0.01),
    momentum: checkNumber("sgd: momentum", options.momentum ?? 0, { min: 0, max: 1 }),
    nesterov: checkBoolean("sgd: nesterov", options.nesterov ?? false),
  };
}

function moments(where: string, options: Options<Adam>) {
  return {
    learningRate: resolveLearningRate(`${where}: learningRate`, options.learningRate ?? 0.001),
    beta1: checkNumber(`${where}: beta1`, options.beta1 ?? 0.9, { min: 0, below: 1 }),
    beta2: checkNumber(`${where}: beta2`, options.beta2 ?? 0.999, { min: 0, below: 1 }),
    epsilon: checkNumber(`${where}: epsilon`, options.epsilon ?? 1e-7, { above: 0 }),
  };
}

const MOMENTS = ["className", "learningRate", "beta1", "beta2", "epsilon"];

/** Adam (Kingma and Ba, 2015). */
export function adam(options: Options<Adam> = {}): Adam {
  checkOptions("adam", options, MOMENTS);
  return { className: "Adam", ...moments("adam", options) };
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019): every trained weight decays, as in Keras. */
export function adamW(options: Options<AdamW> = {}): AdamW {
  checkOptions("adamW", options, [...MOMENTS, "weightDecay"]);
  return {
    className: "AdamW",
    ...moments("adamW", options),
    weightDecay: checkNumber("adamW: weightDecay", options.weightDecay ?? 0.004, { min: 0 }),
  };
}

export type OptimizerName = "sgd" | "adam" | "adamw";

/** The optimizer that a name or a record stands for. */
export function resolveOptimizer(given: OptimizerName | Optimizer): Optimizer {
  if (typeof given === "string") {
    const name: string = given.toLowerCase();
    if (name === "sgd") return sgd();
    if (name === "adam") return adam();
    if (name === "adamw") return adamW();
  } else if (given?.className === "SGD") return sgd(given);
  else if (given?.className === "Adam") return adam(given);
  else if (given?.className === "AdamW") return adamW(given);
  return badArgument("compile: optimizer", '"sgd", "adam", "adamw" or an optimizer', given);
}
