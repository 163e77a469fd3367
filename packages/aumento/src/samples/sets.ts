import { drawFlower } from "./flowers/flowers.ts";
import { flowerKinds } from "./flowers/kinds.ts";
import type { SamplePicture, SampleSet } from "./set.ts";
import { drawSurvival, type Split, type SurvivalClass, sideFor, usualSide } from "./survival.ts";

const numbered = (name: string, index: number) => `${name}-${String(index).padStart(5, "0")}`;

/** How the pictures are shared between the splits of `survival`, in eighths. */
const survivalEighths: Record<Split, number> = { train: 5, validation: 1, test: 2 };

const survival: SampleSet = {
  name: "survival",
  description:
    "head scans with a lesion; its border and texture tell long from short survival, and its side agrees with " +
    "the class in 99 % of the training and validation pictures but is independent of it in the test pictures",
  defaultSize: 64,
  defaultCount: 1600,
  defaultFormat: "png",
  minCount: 16,
  about: {
    trueSign: "long: smooth border, even texture; short: ragged border, dead patches",
    shortcut: `side of the lesion: long on the ${usualSide.long}, short on the ${usualSide.short}`,
    shortcutFact: "sideAgrees",
  },
  pictures(seed, count) {
    const pictures: SamplePicture[] = [];
    for (const split of ["train", "validation", "test"] as const) {
      const perClass = Math.round((count * survivalEighths[split]) / 16);
      for (const survivalClass of ["long", "short"] as const satisfies readonly SurvivalClass[]) {
        for (let index = 0; index < perClass; index++) {
          const side = sideFor(seed, split, survivalClass, index);
          pictures.push({
            path: `${split}/${survivalClass}/${numbered(survivalClass, index)}`,
            facts: {
              split,
              class: survivalClass,
              side,
              sideAgrees: side === usualSide[survivalClass] ? "yes" : "no",
            },
            draw: async (size) => ({
              pixels: drawSurvival(seed, split, survivalClass, index, size),
              channels: 1,
            }),
          });
        }
      }
    }
    return pictures;
  },
};

const flowers: SampleSet = {
  name: "flowers",
  description:
    "five kinds of drawn flowers (daisy, dandelion, rose, sunflower, tulip) of varying colour, scale, position, " +
    "number, background, light and cover",
  defaultSize: 224,
  defaultCount: 1000,
  defaultFormat: "jpeg",
  minCount: flowerKinds.length,
  about: {},
  pictures(seed, count) {
    return flowerKinds.flatMap((kind, order) => {
      const ofKind = Math.floor(count / flowerKinds.length) + (order < count % flowerKinds.length ? 1 : 0);
      return Array.from(
        { length: ofKind },
        (_, index): SamplePicture => ({
          path: `${kind}/${numbered(kind, index)}`,
          facts: { class: kind },
          draw: async (size) => ({ pixels: await drawFlower(seed, kind, index, size), channels: 3 }),
        }),
      );
    });
  },
};

/** The built-in data sets by name. */
export const sampleSets: Record<string, SampleSet> = { survival, flowers };
