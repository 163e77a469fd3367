import { badArgument, checkChoice, checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { Model } from "../model.ts";
import { adam, type Optimizer, type OptimizerName, resolveOptimizer } from "../optimizers/optimizer.ts";
import { showShape } from "../tensor.ts";
import { type DiffAugment, resolveDiffAugment } from "./diff-augment.ts";
import { GAN_LOSSES, type GanLossName } from "./objective.ts";

export interface GanOptions {
  /**
   * From vectors [latent], or [latent + classes] with the class as ones and zeros at the end, to samples; pictures are
   * [height, width, channels] in -1..1. It is trained in place.
   */
  generator: Model;
  /** From samples to one logit [1], or to one for each class [classes]. No sigmoid at its end. Trained in place. */
  discriminator: Model;
  /** Default "nonSaturating". */
  loss?: GanLossName;
  /** Real samples shall be called real with probability 1 minus this. Default 0. */
  labelSmoothing?: number;
  /** Steps of the discriminator, each on a batch of its own, before each of the generator. Default 1. */
  discriminatorSteps?: number;
  /** Default `dcganAdam()`. */
  generatorOptimizer?: OptimizerName | Optimizer;
  /** Default `dcganAdam()`. */
  discriminatorOptimizer?: OptimizerName | Optimizer;
  /** Decay of the moving average of the generator's weights that samples are made with; 0 for none. Default 0.999. */
  ema?: number;
  /** Vary pictures before the discriminator, as `diffAugment` says (true: as the paper). Default false. */
  diffAugment?: boolean | Partial<DiffAugment>;
  /** Names of the classes, for the generator's file. */
  classNames?: readonly string[];
  /** Decides latent vectors and augmentation. Default 0. */
  seed?: number;
}

const OPTIONS = [
  "generator",
  "discriminator",
  "loss",
  "labelSmoothing",
  "discriminatorSteps",
  "generatorOptimizer",
  "discriminatorOptimizer",
  "ema",
  "diffAugment",
  "classNames",
  "seed",
];

/** Options as they hold, JSON but for the models. */
export interface ResolvedGanOptions {
  readonly loss: GanLossName;
  readonly labelSmoothing: number;
  readonly discriminatorSteps: number;
  readonly generatorOptimizer: Optimizer;
  readonly discriminatorOptimizer: Optimizer;
  readonly ema: number;
  readonly diffAugment: DiffAugment | undefined;
  readonly classNames: readonly string[] | undefined;
  readonly seed: number;
  /** Numbers in a latent vector. */
  readonly latent: number;
  /** 0 where samples have no classes. */
  readonly classes: number;
}

function checkNetworks(generator: Model, discriminator: Model): { latent: number; classes: number } {
  for (const [name, model] of Object.entries({ generator, discriminator }))
    if (!(model instanceof Model)) badArgument(`gan: ${name}`, "a model, as sequential() makes it", model);
  if (generator === discriminator)
    badArgument("gan: discriminator", "another model than the generator", "the same");
  if (generator.inputShape.length !== 1)
    throw new AumentoError(
      "shape",
      `gan: the generator must take vectors [latent], its input is ${showShape(generator.inputShape)}`,
    );
  if (showShape(generator.outputShape) !== showShape(discriminator.inputShape))
    throw new AumentoError(
      "shape",
      `gan: the generator makes ${showShape(generator.outputShape)}, the discriminator takes ${showShape(discriminator.inputShape)}: they must be the same`,
    );
  if (discriminator.outputShape.length !== 1)
    throw new AumentoError(
      "shape",
      `gan: the discriminator must give one logit [1], or one for each class [classes], it gives ${showShape(discriminator.outputShape)}`,
    );
  const [outputs] = discriminator.outputShape;
  const classes = outputs > 1 ? outputs : 0;
  const latent = generator.inputShape[0] - classes;
  if (latent < 1)
    throw new AumentoError(
      "shape",
      `gan: the discriminator has ${classes} classes, so the generator must take [latent + ${classes}] numbers; it takes ${showShape(generator.inputShape)}`,
    );
  return { latent, classes };
}

/** Adam with which Radford et al. (2016) trained DCGANs: beta1 0.5, and by default learning rate 0.0002. */
export const dcganAdam = (learningRate = 2e-4): Optimizer =>
  adam({ learningRate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 });

/** Checks the options of `gan` and fills in what is missing. */
export function resolveGanOptions(options: GanOptions): ResolvedGanOptions {
  checkOptions("gan", options, OPTIONS);
  const { latent, classes } = checkNetworks(options.generator, options.discriminator);
  const loss = checkChoice("gan: loss", options.loss ?? "nonSaturating", GAN_LOSSES);
  const labelSmoothing = checkNumber("gan: labelSmoothing", options.labelSmoothing ?? 0, {
    min: 0,
    below: 0.5,
  });
  if (loss === "hinge" && labelSmoothing > 0)
    throw new AumentoError(
      "argument",
      "gan: labelSmoothing belongs to cross-entropy; the hinge loss has no labels to smooth",
    );
  const diffAugment = resolveDiffAugment("gan: diffAugment", options.diffAugment);
  if (diffAugment && options.discriminator.inputShape.length !== 3)
    throw new AumentoError(
      "argument",
      `gan: diffAugment varies pictures [height, width, channels]; the samples are ${showShape(options.discriminator.inputShape)}`,
    );
  const { classNames } = options;
  if (classNames !== undefined && (!Array.isArray(classNames) || classNames.length !== classes))
    badArgument(
      "gan: classNames",
      classes > 0 ? `${classes} names` : "none, for one logit has no classes",
      classNames,
    );
  return {
    loss,
    labelSmoothing,
    discriminatorSteps: checkNumber("gan: discriminatorSteps", options.discriminatorSteps ?? 1, {
      min: 1,
      integer: true,
    }),
    generatorOptimizer: resolveOptimizer(options.generatorOptimizer ?? dcganAdam()),
    discriminatorOptimizer: resolveOptimizer(options.discriminatorOptimizer ?? dcganAdam()),
    ema: checkNumber("gan: ema", options.ema ?? 0.999, { min: 0, below: 1 }),
    diffAugment,
    classNames: classNames && [...classNames],
    seed: checkNumber("gan: seed", options.seed ?? 0, {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      integer: true,
    }),
    latent,
    classes,
  };
}
