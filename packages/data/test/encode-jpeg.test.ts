import { encodeJpeg } from "@aumento/data";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

/** A picture with smooth colours, which a JPEG keeps well. */
function smooth(width: number, height: number, channels: 1 | 3): Uint8Array {
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return [60 + x, 40 + y * 2, 200 - x - y][i % channels];
  });
}

describe("encodeJpeg", () => {
  it.each([
    [64, 48, 3],
    [33, 17, 3],
    [1, 1, 3],
    [40, 30, 1],
  ] as const)("writes %i x %i pixels of %i channels", async (width, height, channels) => {
    const data = smooth(width, height, channels);
    const bytes = encodeJpeg({ data, width, height, channels }, 95);
    const metadata = await sharp(bytes).metadata();
    expect(metadata).toMatchObject({ format: "jpeg", width, height, channels });
    if (channels === 3) expect(metadata.chromaSubsampling).toBe("4:2:0");
    const source = sharp(bytes);
    const decoded = await (channels === 1 ? source.toColourspace("b-w") : source).raw().toBuffer();
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - decoded[i])), 0);
    expect(worst).toBeLessThan(8);
  });

  it("gives the same bytes again, and leaves those it gave before as they are", () => {
    const picture = { data: smooth(64, 48, 3), width: 64, height: 48, channels: 3 } as const;
    const first = encodeJpeg(picture, 90);
    const copy = Uint8Array.from(first);
    const other = encodeJpeg({ ...picture, data: picture.data.map((value) => 255 - value) }, 90);
    expect(Buffer.compare(first, copy)).toBe(0);
    expect(Buffer.compare(first, other)).not.toBe(0);
    expect(Buffer.compare(encodeJpeg(picture, 90), copy)).toBe(0);
  });

  it("takes a view into larger memory, and fewer bytes for a lower quality", () => {
    const data = smooth(64, 48, 3);
    const larger = new Uint8Array(data.length + 100);
    larger.set(data, 50);
    const size = { width: 64, height: 48, channels: 3 } as const;
    const bytes = encodeJpeg({ data, ...size }, 95);
    const view = larger.subarray(50, 50 + data.length);
    expect(Buffer.compare(encodeJpeg({ data: view, ...size }, 95), bytes)).toBe(0);
    expect(encodeJpeg({ data, ...size }, 20).length).toBeLessThan(bytes.length);
  });

  it("refuses values that do not fit the size", () => {
    const data = new Uint8Array(10);
    expect(() => encodeJpeg({ data, width: 2, height: 2, channels: 3 }, 95)).toThrow(
      "image: expected 2 x 2 x 3 values, got 10",
    );
  });
});
