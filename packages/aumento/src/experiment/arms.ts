import type { ArmFactors, ArmName } from "./result.ts";

/** One training of each start: which network, on which pictures. */
export interface ArmPlan extends ArmFactors {
  id: ArmName;
}

/** The arm of these factors, with the name that says them. */
export function armOf(factors: Partial<ArmFactors> = {}): ArmPlan {
  const { network = "plain", augment = false, synthetic = false } = factors;
  const id: ArmName = `${network === "backbone" ? "transfer-" : ""}${synthetic ? "gan-" : ""}${augment ? "with" : "without"}`;
  return { id, network, augment, synthetic };
}

/** What an arm's name says. */
export function factorsOf(name: ArmName): ArmPlan {
  return armOf({
    network: name.startsWith("transfer-") ? "backbone" : "plain",
    augment: !name.endsWith("without"),
    synthetic: name.includes("gan-"),
  });
}

export interface ArmPair {
  baseline: ArmName;
  arm: ArmName;
  factor: keyof ArmFactors;
}

/** The arm that lacks one factor of another. */
const baselines: Record<keyof ArmFactors, Partial<ArmFactors>> = {
  augment: { augment: false },
  network: { network: "plain" },
  synthetic: { synthetic: false },
};

/** Every two of the arms that differ in one factor: augmentation of each network first, then what else differs. */
export function comparablePairs(names: readonly ArmName[]): ArmPair[] {
  return (Object.keys(baselines) as (keyof ArmFactors)[]).flatMap((factor) =>
    names.flatMap((arm) => {
      const { id: baseline } = armOf({ ...factorsOf(arm), ...baselines[factor] });
      return baseline !== arm && names.includes(baseline) ? [{ baseline, arm, factor }] : [];
    }),
  );
}

/** How a network is called in a title, and in a sentence. */
export const networkWords: Record<ArmFactors["network"], { title: string; sentence: string }> = {
  plain: { title: "CNN", sentence: "the CNN" },
  backbone: { title: "transfer", sentence: "transfer learning" },
};

/**
 * An arm in words: the augmentation alone where nothing else sets the experiment's arms apart, otherwise network,
 * generated pictures and augmentation.
 */
export function armTitle(arm: ArmPlan, arms: readonly ArmFactors[], augmentation: string): string {
  const differ = (factor: keyof ArmFactors) => arms.some((other) => other[factor] !== arm[factor]);
  return [
    differ("network") || arm.network === "backbone" ? networkWords[arm.network].title : "",
    arm.synthetic ? "generated pictures" : "",
    augmentation,
  ]
    .filter(Boolean)
    .join(", ");
}
