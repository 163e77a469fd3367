import { equalizeTiles } from "../ops/equalize-tiles.ts";
import { list, range } from "../params.ts";
import { needChannels } from "../pixels/channels.ts";
import { defineTransform } from "../transform.ts";

/** Equalises contrast tile by tile, with a limit to what a tile may gain. */
export const clahe = defineTransform({
  name: "CLAHE",
  doc: "Equalises contrast tile by tile, with a limit to what a tile may gain.",
  targets: "image",
  params: {
    clipLimit: range({
      default: 4,
      scalar: 1,
      min: 1,
      doc: "How many times the mean count a value's count may reach within a tile.",
    }),
    tileGridSize: list({
      default: [8, 8],
      length: 2,
      integer: true,
      min: 1,
      doc: "Number of tiles across and down.",
    }),
  },
  outcomes: ({ clipLimit: [low, high] }) => (low === high ? 1 : Number.POSITIVE_INFINITY),
  sample(params, rng, { shape }) {
    needChannels("CLAHE", shape, [1, 3]);
    const [across, down] = params.tileGridSize;
    return [equalizeTiles({ clipLimit: rng.uniform(params.clipLimit), tiles: [across, down] })];
  },
});
