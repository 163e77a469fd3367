import type { Tensor } from "../tensor.ts";

/** What goes wrong in training a GAN. */
export type GanTrouble = "diverged" | "collapsed" | "saturated";

/** Something that was noticed in training. */
export interface GanEvent {
  readonly step: number;
  readonly kind: GanTrouble | "fewPictures" | "alike";
  /** What it is and what may help, in words. */
  readonly message: string;
  /** Where it ended the training and there was a good state to go back to: the step of that state. */
  readonly kept?: number;
}

/** Samples alike: their mean distance is below this share of that of real ones. Healthy training is above 0.6. */
const ALIKE = 0.15;
/** Checks in a row after which samples that are alike count as a collapse, if they are also this many steps apart. */
const PATIENCE = { checks: 3, steps: 200 };
/**
 * Steps in which a generator's samples may be alike, unless they were this different before: those of a young one
 * hover about the share that counts as alike.
 */
const YOUNG = 1000;
const GROWN = 2 * ALIKE;
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

/** What a watch has seen, as a checkpoint keeps it. */
export interface WatchState {
  /** Checks in a row that count as alike, and the step of the first of them. */
  readonly alike: number;
  readonly alikeSince: number;
  /** Whether the last check found samples that differ; true before the first one. */
  readonly fine: boolean;
  /** Whether any check did, */
  readonly wasDiverse: boolean;
  /** and whether any found them too different to be a young generator's. */
  readonly grown: boolean;
  /** Steps in a row in which the discriminator told all apart. */
  readonly certain: number;
}

const NOTHING_SEEN: WatchState = {
  alike: 0,
  alikeSince: 0,
  fine: true,
  wasDiverse: false,
  grown: false,
  certain: 0,
};

/** Notices when a generator's samples become alike, and when a discriminator is sure of all it sees. */
export class Watch {
  #state: WatchState;

  /** Goes on from what another has seen. */
  constructor(state: WatchState = NOTHING_SEEN) {
    this.#state = state;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** Whether nothing seems wrong. */
  get healthy(): boolean {
    return this.#state.fine && this.#state.certain < LONG / 10;
  }

  /** Begins to count anew: for a training that goes on from where trouble ended it. */
  forgive(): void {
    this.#see({ alike: 0, certain: 0 });
  }

  #see(seen: Partial<WatchState>): void {
    this.#state = { ...this.#state, ...seen };
  }

  /** After each step. */
  step(step: number, { dReal, dGenerated }: { dReal: number; dGenerated: number }): GanEvent | undefined {
    const certain = dReal > 1 - CERTAIN && dGenerated < CERTAIN ? this.#state.certain + 1 : 0;
    this.#see({ certain });
    if (certain === 0 || certain % LONG > 0) return undefined;
    return {
      step,
      kind: "saturated",
      message: `For ${certain} steps the discriminator has told real from generated without fail, so the generator learns nothing any more. Augmentation, label smoothing, spectral normalization or a smaller learning rate of the discriminator help.`,
    };
  }

  /** Now and then: distances of the generator's samples and of real ones. */
  check(step: number, generated: number, real: number): GanEvent | undefined {
    // Real samples that do not differ, or no two of one class, tell nothing.
    if (!(real > 0)) return undefined;
    const share = generated / real;
    const { grown } = this.#state;
    if (share >= ALIKE) this.#see({ alike: 0, fine: true, wasDiverse: true, grown: grown || share >= GROWN });
    else this.#see({ fine: false });
    // Samples that are no numbers are not alike: the next step's loss will be none either.
    if (!(share < ALIKE) || (!grown && step <= YOUNG)) return undefined;
    const alike = this.#state.alike + 1;
    const alikeSince = alike === 1 ? step : this.#state.alikeSince;
    this.#see({ alike, alikeSince });
    const found = `The generator's samples are alike: they differ by ${Math.round(100 * share)} % of what real ones differ by`;
    const lasted = step - alikeSince;
    if (alike < PATIENCE.checks || lasted < PATIENCE.steps)
      return alike === 1 ? { step, kind: "alike", message: `${found}.` } : undefined;
    return {
      step,
      kind: "collapsed",
      message: `${found}, in all ${alike} checks of the last ${lasted} steps: it has collapsed. A smaller learning rate, spectral normalization, more steps of the discriminator or augmentation help.`,
    };
  }
}
