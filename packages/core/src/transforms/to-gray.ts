import { grey } from "../ops/grey.ts";
import { choice, integer } from "../params.ts";
import { needChannels } from "../pixels/channels.ts";
import { defineTransform } from "../transform.ts";

/** Makes the picture grey. */
export const toGray = defineTransform({
  name: "ToGray",
  doc: "Makes the picture grey. A picture of one channel stays as it is.",
  targets: "image",
  params: {
    numOutputChannels: integer({ default: 3, min: 1, doc: "Number of (equal) channels of the result." }),
    method: choice(["weighted_average", "from_lab", "desaturation", "average", "max", "pca"], {
      default: "weighted_average",
      doc: "How a grey level is made of a pixel's channels; the first two need three channels.",
    }),
  },
  outcomes: 1,
  sample({ method, numOutputChannels }, _rng, { shape }) {
    if (method === "weighted_average" || method === "from_lab") needChannels("ToGray", shape, [1, 3]);
    return [grey({ method, channels: numOutputChannels })];
  },
});
