import { encodeJpeg } from "@aumento/data";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

/** Smooth slopes, hard edges and fine grain. */
function picture(width: number, height: number, channels: 1 | 3) {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = ((x >> 3) ^ (y >> 3)) & 1 ? 60 : 0;
      for (let c = 0; c < channels; c++)
        data[at++] = (x * (c + 1) + y * 2 + edge + ((x * 7 + y * 13) % 5)) & 255;
    }
  }
  return { data, width, height, channels };
}

const meanSquare = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, at) => sum + (value - b[at]) ** 2, 0) / a.length;

async function decode(bytes: Uint8Array, channels: number) {
  const image = sharp(bytes, { failOn: "warning" });
  return (channels === 1 ? image.toColourspace("b-w") : image).raw().toBuffer({ resolveWithObject: true });
}

describe("encodeJpeg", () => {
  it.for([
    [227, 227, 3, 95],
    [227, 227, 1, 95],
    [1, 1, 3, 95],
    [1, 1, 1, 50],
    [16, 16, 3, 100],
    [17, 33, 3, 75],
    [8, 300, 3, 10],
    [300, 8, 1, 1],
    [481, 322, 3, 50],
  ] as const)(
    "%i x %i x %i at quality %i is as near to the picture as libjpeg's, and no larger",
    async ([width, height, channels, quality]) => {
      const image = picture(width, height, channels);
      const bytes = encodeJpeg(image, quality)!;
      const raw = sharp(image.data, { raw: { width, height, channels } });
      if (channels === 1) raw.toColourspace("b-w");
      const theirs = await raw
        .jpeg({ quality, chromaSubsampling: "4:2:0", optimiseCoding: false })
        .toBuffer();
      const [own, reference] = [await decode(bytes, channels), await decode(theirs, channels)];
      expect([own.info.width, own.info.height, own.info.channels]).toEqual([width, height, channels]);
      const error = meanSquare(own.data, image.data);
      expect(error).toBeLessThan(meanSquare(reference.data, image.data) * 1.03 + 0.5);
      expect(bytes.length).toBeLessThan(theirs.length * 1.03 + 40);
      expect((await sharp(bytes).metadata()).chromaSubsampling).toBe(channels === 1 ? "4:4:4" : "4:2:0");
    },
  );

  it("survives the worst: noise at quality 100, and black against white", async () => {
    const noise = Uint8Array.from(
      { length: 64 * 64 * 3 },
      (_, i) => (Math.imul(i + 1, 2654435761) >>> 16) & 255,
    );
    const stripes = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (Math.floor(i / 3) & 1 ? 255 : 0));
    for (const data of [noise, stripes]) {
      const bytes = encodeJpeg({ data, width: 64, height: 64, channels: 3 }, 100)!;
      const { data: back } = await decode(bytes, 3);
      const theirs = await sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
        .jpeg({ quality: 100, chromaSubsampling: "4:2:0" })
        .toBuffer();
      const { data: reference } = await decode(theirs, 3);
      expect(meanSquare(back, data)).toBeLessThan(meanSquare(reference, data) * 1.03 + 0.5);
    }
  });

  it("gives the same bytes again, whatever came before", () => {
    const image = picture(50, 40, 3);
    const first = encodeJpeg(image, 90)!;
    encodeJpeg(picture(300, 200, 1), 30);
    expect(Buffer.from(encodeJpeg(image, 90)!).equals(first)).toBe(true);
  });

  it("leaves to others what it does not take", () => {
    expect(encodeJpeg({ data: new Uint8Array(64), width: 4, height: 4, channels: 4 }, 90)).toBeUndefined();
    expect(encodeJpeg({ data: new Float32Array(48), width: 4, height: 4, channels: 3 }, 90)).toBeUndefined();
    expect(
      encodeJpeg({ data: new Uint8Array(9), width: 3000, height: 2000, channels: 3 }, 90),
    ).toBeUndefined();
  });
});
