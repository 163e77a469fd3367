import { pointwise } from "../ops/pointwise.ts";
import { range } from "../params.ts";
import { defineTransform } from "../transform.ts";

/** Changes the picture's gamma by a random amount. */
export const randomGamma = defineTransform({
  name: "RandomGamma",
  doc: "Changes the picture's gamma by a random amount.",
  targets: "image",
  params: {
    gammaLimit: range({
      default: [80, 120],
      scalar: 1,
      min: 1,
      doc: "The exponent in per cent: below 100 brightens, above darkens.",
    }),
  },
  sample: (params, rng) => [
    pointwise({ functions: [{ kind: "gamma", exponent: rng.uniform(params.gammaLimit) / 100 }] }),
  ],
});
