import type { ArmPlan } from "./arms.ts";
import type { Backbone } from "./backbone.ts";
import type { Result, Settings } from "./result.ts";

/** What an experiment is: which arms, on which settings, into which folder. */
export interface Plan {
  kind: Result["kind"];
  settings: Settings;
  /** The pretrained network, where an arm stands on one. */
  backbone: Backbone | null;
  arms: ArmPlan[];
  out: string;
  /** Value of --out that repeats it. */
  outArgument: string;
}
