import type { Tensor } from "../tensor.ts";

/** What goes wrong in training a GAN. */
export type GanTrouble = "diverged" | "collapsed" | "saturated";

/** Something that was noticed in training. */
export interface GanEvent {
  readonly step: number;
  readonly kind: GanTrouble | "fewPictures" | "alike";
  /** What it is and what may help, in words. */
  readonly message: string;
}

/** Samples alike: their mean distance is below this share of that of real ones. Healthy training is above 0.6. */
const ALIKE = 0.15;
/** Checks in a row after which samples that are alike count as a collapse. */
const PATIENCE = 3;
/** Checks at the start in which an untrained generator's samples may be alike. */
const UNTRAINED = 10;
/** The discriminator tells all apart: mean D(real) above 1 - this and D(generated) below it. */
const CERTAIN = 0.002;
/** Steps in a row of that after which the generator cannot learn any more. */
const LONG = 500;

/** Samples at most that distances are measured on. */
const COMPARED = 48;

/** Mean over pairs of samples (of the same class, where they have one) of the root of their mean squared difference. */
export function meanDistance(samples: Tensor, classes?: ArrayLike<number>): number {
  const n = Math.min(COMPARED, samples.shape[0]);
  const size = samples.data.length / samples.shape[0];
  const { data } = samples;
  let sum = 0;
  let pairs = 0;
  for (let a = 0; a < n; a++)
    for (let b = a + 1; b < n; b++) {
      if (classes && classes[a] !== classes[b]) continue;
      let squares = 0;
      for (let i = 0; i < size; i++) squares += (data[a * size + i] - data[b * size + i]) ** 2;
      sum += Math.sqrt(squares / size);
      pairs++;
    }
  return pairs > 0 ? sum / pairs : Number.NaN;
}

/** Notices when a generator's samples become alike, and when a discriminator is sure of all it sees. */
export class Watch {
  #checks = 0;
  #alike = 0;
  #wasDiverse = false;
  #certain = 0;

  /** Whether nothing seems wrong. */
  get healthy(): boolean {
    return this.#alike === 0 && this.#certain < LONG / 10;
  }

  /** After each step. */
  step(step: number, { dReal, dGenerated }: { dReal: number; dGenerated: number }): GanEvent | undefined {
    this.#certain = dReal > 1 - CERTAIN && dGenerated < CERTAIN ? this.#certain + 1 : 0;
    if (this.#certain < LONG) return undefined;
    return {
      step,
      kind: "saturated",
      message: `For ${LONG} steps the discriminator has told real from generated without fail, so the generator learns nothing any more. Augmentation, label smoothing, spectral normalization or a smaller learning rate of the discriminator help.`,
    };
  }

  /** Now and then: distances of the generator's samples and of real ones. */
  check(step: number, generated: number, real: number): GanEvent | undefined {
    this.#checks++;
    const share = generated / real;
    if (!Number.isFinite(share) || share >= ALIKE) {
      this.#alike = 0;
      this.#wasDiverse ||= share >= ALIKE;
      return undefined;
    }
    if (!this.#wasDiverse && this.#checks <= UNTRAINED) return undefined;
    this.#alike++;
    const found = `The generator's samples are alike: they differ by ${Math.round(100 * share)} % of what real ones differ by`;
    if (this.#alike < PATIENCE)
      return this.#alike === 1 ? { step, kind: "alike", message: `${found}.` } : undefined;
    return {
      step,
      kind: "collapsed",
      message: `${found}, for ${PATIENCE} checks in a row: it has collapsed. A smaller learning rate, spectral normalization, more steps of the discriminator or augmentation help.`,
    };
  }
}
