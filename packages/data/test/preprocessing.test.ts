import { resizeImage } from "@aumento/core";
import { describePreprocessing, fitImage } from "@aumento/data";
import { describe, expect, it } from "vitest";
import { drawn } from "./support.ts";

describe("the description of how pictures are prepared", () => {
  it("has a fingerprint that tells sizes, interpolations and proportions apart", () => {
    const described = describePreprocessing({ targetSize: [24, 20] });
    expect(described).toMatchObject({
      size: [24, 20],
      interpolation: "bilinear",
      aspectRatio: "stretch",
      range: [0, 255],
      layout: "NHWC",
      channelOrder: "RGB",
    });
    const others = [
      described,
      describePreprocessing({ targetSize: [20, 24] }),
      describePreprocessing({ targetSize: [24, 20], interpolation: "nearest" }),
      describePreprocessing({ targetSize: [24, 20], interpolation: "area" }),
      describePreprocessing({ targetSize: [24, 20], aspectRatio: "crop" }),
      describePreprocessing({ targetSize: [24, 20], aspectRatio: "pad" }),
    ];
    expect(new Set(others.map(({ sha256 }) => sha256)).size).toBe(others.length);
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
  });

  it("stays the same from version to version: models in use rely on it", () => {
    expect(describePreprocessing({ targetSize: [24, 20] }).sha256).toBe(
      "18cfb5feceaa304bc8e5fe4a3b01c76d5f8219193c7628a4379856d46dcd987c",
    );
  });

  it("is of the arithmetic that flows use: core's", () => {
    const image = { data: new Uint8Array(drawn(61, 47)), width: 61, height: 47, channels: 3 };
    for (const [ours, cores] of [
      ["nearest", "nearest"],
      ["bilinear", "linear"],
      ["bicubic", "cubic"],
      ["area", "area"],
    ] as const) {
      const fit = { width: 20, height: 24, interpolation: ours, aspectRatio: "stretch" } as const;
      expect(fitImage(image, fit).data).toEqual(resizeImage(image, 20, 24, cores).data);
    }
  });
});
