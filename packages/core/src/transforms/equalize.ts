import { AumentoError } from "../errors.ts";
import type { Image } from "../image.ts";
import { equalizeHistogram, type PlainMask } from "../ops/equalize-histogram.ts";
import { makeField, reject } from "../params/field.ts";
import { boolean, choice } from "../params.ts";
import { needChannels } from "../pixels/channels.ts";
import { defineTransform } from "../transform.ts";

const EXPECTED = "a picture { data, width, height, channels } of 1 or 3 channels, or null";

/** The mask as plain data, so that a plan with it is JSON. */
function parseMask(value: unknown, where: string): PlainMask | null {
  if (value === null) return null;
  if (typeof value !== "object") return reject(where, EXPECTED, value);
  const { data, width, height, channels } = value as Partial<Image>; // every field is checked below
  const values = Array.isArray(data) || ArrayBuffer.isView(data) ? Array.from(data as ArrayLike<number>) : [];
  const fits =
    Number.isInteger(width) &&
    Number.isInteger(height) &&
    (channels === 1 || channels === 3) &&
    values.length > 0 &&
    values.length === width! * height! * channels &&
    values.every(Number.isFinite);
  if (!fits) return reject(where, EXPECTED, value);
  return { width: width!, height: height!, channels: channels!, data: values };
}

const maskField = makeField<Image | PlainMask | null, PlainMask | null, { default: null; doc: string }>(
  { default: null, doc: "Only pixels where it is not zero are counted; all are changed." },
  {
    expected: EXPECTED,
    control: { kind: "other" },
    parse: parseMask,
    toJson: (value) => (value === null ? null : { ...value }),
  },
);

/** Spreads the picture's values evenly over the range. */
export const equalize = defineTransform({
  name: "Equalize",
  doc: "Spreads the picture's values evenly over the range.",
  targets: "image",
  params: {
    mode: choice(["cv", "pil"], { default: "cv", doc: "OpenCV's way or Pillow's." }),
    byChannels: boolean({
      default: true,
      doc: "Each channel by itself (true) or only the brightness (false).",
    }),
    mask: maskField,
  },
  validate({ byChannels, mask }) {
    if (byChannels || !mask || mask.channels === 1) return;
    throw new AumentoError(
      "invalid-parameter",
      `Equalize.mask: expected 1 channel where byChannels is false, got ${mask.channels}`,
    );
  },
  outcomes: 1,
  sample({ mode, byChannels, mask }, _rng, { shape }) {
    needChannels("Equalize", shape, [1, 3]);
    return [equalizeHistogram({ mode, byChannels, mask })];
  },
});
