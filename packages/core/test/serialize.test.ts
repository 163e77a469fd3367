import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compose } from "../src/compose.ts";
import { transforms } from "../src/registry.gen.ts";
import { fromDict, toDict } from "../src/serialize.ts";
import { horizontalFlip } from "../src/transforms/horizontal-flip.ts";
import { rotate } from "../src/transforms/rotate.ts";

// Made by tools/oracles/albumentations_pipelines.py; what is here must go on loading.
const folder = join(dirname(fileURLToPath(import.meta.url)), "fixtures", "pipelines");
const shape = { width: 100, height: 80, channels: 3 };

const load = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));

describe("serialised pipelines", () => {
  it.each(readdirSync(folder))("%s loads, and what is written of it means the same", (file) => {
    const pipeline = fromDict(load(file));
    const written = JSON.parse(JSON.stringify(toDict(pipeline)));
    const again = fromDict(written);
    expect(toDict(again)).toEqual(written);
    for (let index = 0; index < 5; index++) {
      const key = { seed: 1, index };
      expect(JSON.stringify(again.plan(key, shape))).toBe(JSON.stringify(pipeline.plan(key, shape)));
    }
  });

  it.each(["exercise.json", "detection.json", "geometry.json"])("%s is written as it was read", (file) => {
    expect(toDict(fromDict(load(file)))).toMatchObject(load(file));
  });

  it("a name with its module is the name", () => {
    expect(toDict(fromDict(load("full-names.json")))).toEqual(toDict(fromDict(load("exercise.json"))));
  });

  it("a single transform becomes a pipeline of one", () => {
    expect(toDict(fromDict(load("single.json"))).transform).toMatchObject({
      __class_fullname__: "Compose",
      transforms: [load("single.json").transform],
    });
  });

  it("the parameters of boxes, keypoints and targets come through", () => {
    const { plan } = fromDict(load("detection.json"));
    expect(plan({ seed: 1 }, shape)).toMatchObject({
      bboxParams: {
        format: "yolo",
        labelFields: ["classes"],
        minArea: 16,
        minVisibility: 0.25,
        clip: true,
        maxAcceptRatio: 8,
      },
      keypointParams: {
        format: "xyas",
        labelFields: ["names"],
        removeInvisible: false,
        angleInDegrees: false,
      },
      additionalTargets: { depth: "mask", second: "image" },
    });
  });

  it("a seed and a mask interpolation are kept, and the latter overrides every transform's", () => {
    const pipeline = compose([horizontalFlip(), rotate({ p: 1 })], { seed: 9, maskInterpolation: "linear" });
    const dict = pipeline.toDict();
    expect(dict.transform).toMatchObject({ seed: 9, mask_interpolation: 1 });
    const [, step] = fromDict(dict).plan({ seed: 1 }, shape).steps;
    expect(step.ops[0].params).toMatchObject({ interpolation: "linear", maskInterpolation: "linear" });
  });

  it("every transform's defaults are those of the schema, by name", () => {
    for (const factory of transforms) {
      const { params, name } = factory.definition;
      const required = Object.values(params).some((field) => field.required);
      if (required) continue;
      const read = fromDict({ transform: { __class_fullname__: name } });
      expect(read.transforms[0].name).toBe(name);
    }
  });
});
