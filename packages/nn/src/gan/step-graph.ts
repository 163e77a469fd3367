import { gradients } from "../grad.ts";
import { ordered } from "../ir/graph.ts";
import { split } from "../ir/split.ts";
import type { Shape, Value } from "../ir/value.ts";
import { forward, type Network, type Weight } from "../network.ts";
import {
  add,
  cast,
  concat,
  input,
  mul,
  parameter,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  sigmoid,
} from "../ops/index.ts";
import { simplify } from "../simplify.ts";
import { channelsFirst, channelsLast, type DropoutMask } from "../train/graph.ts";
import { augmented, type DiffAugment, type Drawn } from "./diff-augment.ts";
import { discriminatorLoss, type GanLossName, generatorLoss } from "./objective.ts";

/** Names of the step graphs' inputs and outputs. */
export const REAL = "real";
export const LATENT = "latent";
export const CLASSES = "classes";
export const LOSS = "loss";
/** Means of the sigmoid of the discriminator's logits. */
export const D_REAL = "dReal";
export const D_GENERATED = "dGenerated";
export const PICTURES = "pictures";
/** What the generator made, channels first, on its way from one step graph to another. */
export const MADE = "made";

export type Side = "generator" | "discriminator";
export const SIDES: readonly Side[] = ["generator", "discriminator"];

/** A tensor of one of the two networks in a graph: what it is called there, and where its numbers lie. */
export interface Bound {
  readonly name: string;
  readonly side: Side;
  readonly weight: Weight;
}

/** A step as a graph: what it reads, what it gives, and what is drawn before each run. */
export interface GanGraph {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Weights that are fed. */
  readonly reads: readonly Bound[];
  /** Outputs that hold gradients of trained weights. */
  readonly gradients: readonly Bound[];
  /** Outputs that hold what untrained weights become. */
  readonly updates: readonly Bound[];
  readonly masks: readonly DropoutMask[];
  readonly drawn: readonly Drawn[];
  /** Outputs that another graph takes, in the layout that they are computed in. */
  readonly handed: ReadonlySet<string>;
}

export interface GanGraphOptions {
  readonly generator: Network;
  readonly discriminator: Network;
  /** Samples in the batch. */
  readonly n: number;
  /** Classes that samples are made for; 0 where they have none. */
  readonly classes: number;
  readonly loss: GanLossName;
  readonly labelSmoothing: number;
  readonly diffAugment: DiffAugment | undefined;
}

/** Pictures of bytes, or of numbers in 0..255, in -1..1; vectors as they are. Channels come first in the result. */
function scaled(x: Value): Value {
  const numbers = channelsFirst(cast(x, "float32"));
  return x.shape.length === 4 ? add(mul(numbers, scalar(1 / 127.5)), scalar(-1)) : numbers;
}

/** Writes the parts of a step graph, and remembers what they read, draw and change. */
class Writer {
  readonly #options: GanGraphOptions;
  readonly #weights = { generator: new Map<string, Value>(), discriminator: new Map<string, Value>() };
  readonly masks: DropoutMask[] = [];
  readonly drawn: Drawn[] = [];
  readonly #classes: Value | undefined;

  constructor(options: GanGraphOptions) {
    this.#options = options;
    const { n, classes } = options;
    this.#classes = classes > 0 ? input(CLASSES, [n, classes]) : undefined;
    for (const side of SIDES)
      for (const { path, storedShape } of options[side].weights)
        this.#weights[side].set(path, parameter(`${side}/${path}`, storedShape));
  }

  weight(side: Side, path: string): Value {
    return this.#weights[side].get(path)!;
  }

  /** A network's output in training. What its untrained weights become is written over `running`. */
  #run(side: Side, x: Value, role: string, running: Map<string, Value>): Value {
    const weights = new Map([...this.#weights[side], ...running]);
    return forward(this.#options[side], x, {
      training: true,
      weights,
      updates: running,
      dropoutMask: (layer, shape, rate) => {
        const name = `${role}/${layer}/mask`;
        this.masks.push({ name, shape, rate });
        return input(name, shape);
      },
    });
  }

  /** What the generator makes of the fed latent vectors, channels first. */
  generated(running: Map<string, Value>): Value {
    const { n, classes, generator } = this.#options;
    const latent = input(LATENT, [n, generator.inputShape[0] - classes]);
    return this.#run("generator", this.#classes ? concat([latent, this.#classes], 1) : latent, "g", running);
  }

  /** The discriminator's logits [n], those of the samples' classes. */
  logits(x: Value, role: string, running: Map<string, Value>): Value {
    const { diffAugment, n } = this.#options;
    const seen = diffAugment ? augmented(x, diffAugment, role, this.drawn) : x;
    const output = this.#run("discriminator", seen, role, running);
    return this.#classes ? reduceSum(mul(output, this.#classes), [1]) : reshape(output, [n]);
  }

  /** Simplifies, takes the gradients of the side that is trained, and names everything. */
  finish(side: Side, values: Record<string, Value>, running: ReadonlyMap<string, Value>): GanGraph {
    const network = this.#options[side];
    const names = Object.keys(values);
    const paths = [...running.keys()];
    const written = simplify([...Object.values(values), ...running.values()]);
    const bound = (weight: Weight, suffix: string): Bound => ({
      name: `${side}/${weight.path}${suffix}`,
      side,
      weight,
    });
    const trained = network.weights.filter(({ trainable, layer }) => trainable && layer.trainable);
    const flows = gradients(
      written[names.indexOf(LOSS)],
      trained.map(({ path }) => this.weight(side, path)),
    );
    const moved = network.weights.filter(({ path }) => running.has(path));
    const gradientsOf = trained.map((weight) => bound(weight, ":gradient"));
    const updates = moved.map((weight) => bound(weight, ":next"));
    return {
      outputs: {
        ...Object.fromEntries(names.map((name, i) => [name, written[i]])),
        ...Object.fromEntries(gradientsOf.map(({ name }, i) => [name, flows[i]])),
        ...Object.fromEntries(
          updates.map(({ name, weight }) => [name, written[names.length + paths.indexOf(weight.path)]]),
        ),
      },
      reads: SIDES.flatMap((side) =>
        this.#options[side].weights.map((weight) => ({ name: `${side}/${weight.path}`, side, weight })),
      ),
      gradients: gradientsOf,
      updates,
      masks: this.masks,
      drawn: this.drawn,
      handed: new Set(),
    };
  }
}

/** Shape of n samples with their channels first. */
function madeShape(n: number, [first, ...rest]: Shape): Shape {
  return rest.length === 2 ? [n, rest[1], first, rest[0]] : [n, first, ...rest];
}

/**
 * The discriminator's step: real samples in, generated ones in, gradients of its weights out. They go through it in two
 * batches, each normalised by its own statistics (Radford et al. 2016), which both enter the running ones.
 */
export function discriminatorGraph(options: GanGraphOptions, dtype: "uint8" | "float32"): GanGraph {
  const writer = new Writer(options);
  const running = new Map<string, Value>();
  const x = input(REAL, [options.n, ...options.discriminator.inputShape], dtype);
  const real = writer.logits(scaled(x), "real", running);
  const made = input(MADE, madeShape(options.n, options.generator.outputShape));
  const generated = writer.logits(made, "generated", running);
  return writer.finish(
    "discriminator",
    {
      [LOSS]: discriminatorLoss(options.loss, real, generated, options.labelSmoothing),
      [D_REAL]: reduceMean(sigmoid(real)),
      [D_GENERATED]: reduceMean(sigmoid(generated)),
    },
    running,
  );
}

/** The generator's step: latent vectors in, what it made and gradients of its weights through the discriminator out. */
export function generatorGraph(options: GanGraphOptions): GanGraph {
  const writer = new Writer(options);
  const running = new Map<string, Value>();
  const made = writer.generated(running);
  const logits = writer.logits(made, "judged", new Map());
  return writer.finish("generator", { [LOSS]: generatorLoss(options.loss, logits), [MADE]: made }, running);
}

/**
 * The generator's step in two parts: what it makes, and what its gradients are. In between the discriminator can take a
 * step on what was made; none of it is computed twice.
 */
export function inParts(graph: GanGraph, block: number | undefined): { making: GanGraph; judging: GanGraph } {
  const isMade = (name: string) => name === MADE || graph.updates.some((update) => update.name === name);
  const entries = Object.entries(graph.outputs);
  const first = entries.filter(([name]) => isMade(name));
  const then = entries.filter(([name]) => !isMade(name));
  const { handed, rest } = split(
    first.map(([, value]) => value),
    then.map(([, value]) => value),
    block,
    "handed/",
  );
  const fed = new Set(
    ordered(first.map(([, value]) => value)).flatMap(({ attributes: { name } }) => (name ? [name] : [])),
  );
  return {
    making: {
      ...graph,
      outputs: { ...Object.fromEntries(first), ...handed },
      handed: new Set(Object.keys(handed)),
      gradients: [],
      masks: graph.masks.filter(({ name }) => fed.has(name)),
      drawn: graph.drawn.filter(({ name }) => fed.has(name)),
    },
    judging: {
      ...graph,
      outputs: Object.fromEntries(then.map(([name], i) => [name, rest[i]])),
      updates: [],
      masks: graph.masks.filter(({ name }) => !fed.has(name)),
      drawn: graph.drawn.filter(({ name }) => !fed.has(name)),
    },
  };
}

/** What the generator makes once trained: normalised by running statistics, channels last. */
export function samplingGraph(generator: Network, n: number): GanGraph {
  const weights = new Map<string, Value>(
    generator.weights.map(({ path, storedShape }) => [path, parameter(`generator/${path}`, storedShape)]),
  );
  const x = input(LATENT, [n, ...generator.inputShape]);
  const [pictures] = simplify([channelsLast(forward(generator, x, { training: false, weights }))]);
  return {
    outputs: { [PICTURES]: pictures },
    reads: generator.weights.map((weight) => ({
      name: `generator/${weight.path}`,
      side: "generator",
      weight,
    })),
    gradients: [],
    updates: [],
    masks: [],
    drawn: [],
    handed: new Set(),
  };
}
