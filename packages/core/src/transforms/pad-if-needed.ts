import { AumentoError } from "../errors.ts";
import { pad } from "../ops/pad.ts";
import { choice, integer, nullable } from "../params/fields.ts";
import { paddingTo, placePadding, positions } from "../params/padding.ts";
import { borderFields } from "../params/sampling.ts";
import { defineTransform } from "../transform.ts";

const extent = integer({ min: 1 });

/** The extent to pad to: the least one allowed, or the next multiple of the divisor. */
function wantedExtent(given: number, least: number | null, divisor: number | null): number {
  if (least !== null) return Math.max(given, least);
  return divisor === null ? given : Math.ceil(given / divisor) * divisor;
}

/** Pads a picture to a least size, or to multiples of a number. */
export const padIfNeeded = defineTransform({
  name: "PadIfNeeded",
  doc: "Pads a picture to a least size, or to multiples of a number.",
  targets: "all",
  p: 1,
  params: {
    minHeight: nullable(extent, {
      default: 1024,
      doc: "Least height of the result; null with padHeightDivisor.",
    }),
    minWidth: nullable(extent, {
      default: 1024,
      doc: "Least width of the result; null with padWidthDivisor.",
    }),
    padHeightDivisor: nullable(extent, { default: null, doc: "The height becomes a multiple of it." }),
    padWidthDivisor: nullable(extent, { default: null, doc: "The width becomes a multiple of it." }),
    position: choice(positions, { default: "center", doc: "Where the picture stands in the padded one." }),
    ...borderFields,
  },
  alsoWritten: { padding: () => 0 },
  validate(params) {
    const pairs = [
      ["minHeight", params.minHeight, "padHeightDivisor", params.padHeightDivisor],
      ["minWidth", params.minWidth, "padWidthDivisor", params.padWidthDivisor],
    ] as const;
    for (const [least, leastValue, divisor, divisorValue] of pairs) {
      if ((leastValue === null) === (divisorValue === null)) {
        throw new AumentoError(
          "invalid-parameter",
          `PadIfNeeded.${least}: expected either ${least} or ${divisor} to be null, got ${leastValue} and ${divisorValue}`,
        );
      }
    }
  },
  outcomes: ({ position }) => (position === "random" ? Number.POSITIVE_INFINITY : 1),
  sample(params, rng, { shape }) {
    const { borderMode, fill, fillMask } = params;
    const height = wantedExtent(shape.height, params.minHeight, params.padHeightDivisor);
    const width = wantedExtent(shape.width, params.minWidth, params.padWidthDivisor);
    const rows = paddingTo(shape.height, height);
    const columns = paddingTo(shape.width, width);
    return [pad({ ...placePadding(rows, columns, params.position, rng), borderMode, fill, fillMask })];
  },
});
