import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { imagesFromFiles, loadImage } from "@aumento/data";
import { Transformer } from "@napi-rs/image";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeJpeg } from "../src/decode/jpeg.ts";
import { decodeWithSharp } from "../src/decode/with-sharp.ts";
import { asSharp, collect, drawn, put, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

/** Largest difference between two pictures' values. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}

/** Red, green, blue, white quarters, whose places tell the orientation. */
function quarters(): Buffer {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];
  const data = Buffer.alloc(48 * 32 * 3);
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 48; x++) data.set(colours[(y < 16 ? 0 : 2) + (x < 24 ? 0 : 1)], (y * 48 + x) * 3);
  }
  return data;
}

describe("Exif orientation", () => {
  // What lies top left, top right, bottom left, bottom right when the picture is shown upright (Exif 2.3, tag 0x0112).
  const upright: Record<number, string> = {
    1: "RGBW",
    2: "GRWB",
    3: "WBGR",
    4: "BWRG",
    5: "RBGW",
    6: "BRWG",
    7: "WGBR",
    8: "GWRB",
  };
  it.each(Object.entries(upright))("%s is applied", async (orientation, expected) => {
    const path = join(folder, `orientation-${orientation}.jpg`);
    const stored = sharp(quarters(), { raw: { width: 48, height: 32, channels: 3 } });
    put(
      path,
      await stored
        .withMetadata({ orientation: Number(orientation) })
        .jpeg({ quality: 100 })
        .toBuffer(),
    );
    const { data, width, height } = await loadImage(path);
    expect([width, height]).toEqual(Number(orientation) > 4 ? [32, 48] : [48, 32]);
    const letterAt = (x: number, y: number) => {
      const [r, g, b] = data.subarray((y * width + x) * 3);
      return r > 128 && g > 128 ? "W" : r > 128 ? "R" : g > 128 ? "G" : b > 128 ? "B" : "?";
    };
    const [right, bottom] = [width - 5, height - 5];
    expect(letterAt(4, 4) + letterAt(right, 4) + letterAt(4, bottom) + letterAt(right, bottom)).toBe(
      expected,
    );
  });
});

describe("every kind of picture comes out as RGB uint8", () => {
  const width = 20;
  const height = 12;
  const rgb = drawn(width, height);
  const grey = Uint8Array.from({ length: width * height }, (_, i) => (i * 3) & 255);
  const greyAsRgb = Uint8Array.from({ length: rgb.length }, (_, i) => grey[Math.floor(i / 3)]);
  const withAlpha = (pixels: Uint8Array, channels: 1 | 3) => {
    const data = Buffer.alloc(width * height * (channels + 1));
    for (let i = 0; i < width * height; i++) {
      data.set(pixels.subarray(i * channels, (i + 1) * channels), i * (channels + 1));
      data[i * (channels + 1) + channels] = (i * 11) & 255;
    }
    return sharp(data, { raw: { width, height, channels: channels === 1 ? 2 : 4 } });
  };
  const greySharp = () => sharp(grey, { raw: { width, height, channels: 1 } });
  const first = () => asSharp(width, height);
  const twoFrames = async (format: "gif" | "webp") => {
    const frames = [
      await sharp({ create: { width, height, channels: 3, background: "#ff0000" } })
        .png()
        .toBuffer(),
      await sharp({ create: { width, height, channels: 3, background: "#0000ff" } })
        .png()
        .toBuffer(),
    ];
    const joined = sharp(frames, { join: { animated: true } });
    return (format === "gif" ? joined.gif() : joined.webp({ lossless: true })).toBuffer();
  };
  const red = Uint8Array.from({ length: rgb.length }, (_, i) => (i % 3 === 0 ? 255 : 0));

  const cases: [string, string, () => Promise<Buffer>, Uint8Array, number][] = [
    ["PNG", "a.png", () => first().png().toBuffer(), rgb, 0],
    ["WebP", "a.webp", () => first().webp({ lossless: true }).toBuffer(), rgb, 0],
    ["TIFF", "a.tiff", () => first().tiff({ compression: "lzw" }).toBuffer(), rgb, 0],
    ["grey PNG", "grey.png", () => greySharp().toColourspace("b-w").png().toBuffer(), greyAsRgb, 0],
    [
      "grey JPEG",
      "grey.jpg",
      () => greySharp().toColourspace("b-w").jpeg({ quality: 100 }).toBuffer(),
      greyAsRgb,
      12,
    ],
    [
      "palette PNG",
      "palette.png",
      () =>
        sharp(red, { raw: { width, height, channels: 3 } })
          .png({ palette: true })
          .toBuffer(),
      red,
      0,
    ],
    ["16-bit PNG", "deep.png", () => first().toColourspace("rgb16").png().toBuffer(), rgb, 0],
    [
      "16-bit grey PNG",
      "deep-grey.png",
      () => greySharp().toColourspace("grey16").png().toBuffer(),
      greyAsRgb,
      0,
    ],
    ["alpha (dropped)", "alpha.png", () => withAlpha(rgb, 3).png().toBuffer(), rgb, 0],
    [
      "grey with alpha",
      "grey-alpha.png",
      () => withAlpha(grey, 1).toColourspace("b-w").png().toBuffer(),
      greyAsRgb,
      0,
    ],
    ["animated GIF (first frame)", "moving.gif", () => twoFrames("gif"), red, 0],
    ["animated WebP (first frame)", "moving.webp", () => twoFrames("webp"), red, 0],
  ];
  it.each(cases)("%s", async (_, name, encode, expected, tolerance) => {
    const image = await loadImage(put(join(folder, name), await encode()));
    expect([image.width, image.height, image.channels]).toEqual([width, height, 3]);
    expect(image.data).toBeInstanceOf(Uint8Array);
    expect(distance(image.data, expected)).toBeLessThanOrEqual(tolerance);
  });

  it("CMYK JPEG keeps its colours, roughly", async () => {
    const flat = sharp({ create: { width, height, channels: 3, background: "#c82020" } });
    const path = put(
      join(folder, "cmyk.jpg"),
      await flat.toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer(),
    );
    expect((await sharp(path).metadata()).space).toBe("cmyk");
    const { data, channels } = await loadImage(path);
    expect(channels).toBe(3);
    expect(distance(data.subarray(0, 3), [200, 32, 32])).toBeLessThan(40);
  });
});

describe("Windows bitmaps, which sharp does not read", () => {
  const fixtures = join(import.meta.dirname, "fixtures");
  it.each(["colour-24", "alpha-32", "palette-8", "bits-1"])(
    "%s decodes as Pillow decodes it",
    async (name) => {
      const { data, width, height } = await loadImage(join(fixtures, `${name}.bmp`));
      expect([width, height]).toEqual([7, 5]);
      expect(Buffer.from(data)).toEqual(readFileSync(join(fixtures, `${name}.rgb`)));
    },
  );

  it("alpha in a bitmap of a newer kind is dropped", async () => {
    const rgba = Buffer.from(Uint8Array.from({ length: 20 * 20 * 4 }, (_, i) => (i * 7) & 255));
    const png = await sharp(rgba, { raw: { width: 20, height: 20, channels: 4 } })
      .png()
      .toBuffer();
    const path = put(join(folder, "alpha-v4.bmp"), new Transformer(png).bmpSync());
    const { data, channels } = await loadImage(path);
    expect(channels).toBe(3);
    expect([...data]).toEqual([...rgba].filter((_, i) => i % 4 !== 3));
  });

  it("that are cut, compressed in no known way or of absurd size are broken", async () => {
    const whole = readFileSync(join(fixtures, "colour-24.bmp"));
    const changed = (at: number, value: number) => {
      const bytes = Buffer.from(whole);
      bytes.writeInt32LE(value, at);
      return bytes;
    };
    for (const length of [30, 60, 100, whole.length - 1]) {
      await expect(loadImage(put(join(folder, "cut.bmp"), whole.subarray(0, length)))).rejects.toThrow(
        `premature end of BMP image: ${length} of 174 bytes`,
      );
    }
    for (const bytes of [changed(30, 1), changed(18, 2 ** 31 - 1), changed(22, 0)]) {
      await expect(loadImage(put(join(folder, "odd.bmp"), bytes))).rejects.toMatchObject({
        code: "broken-picture",
      });
    }
  });
});

describe("JPEGs", () => {
  const fixtures = join(import.meta.dirname, "fixtures");
  type Expected = Record<string, { width: number; height: number; sha256: string }>;
  /** What TensorFlow makes of them, as tools/oracles/tensorflow_jpeg.py wrote it. */
  const tensorflow = JSON.parse(readFileSync(join(fixtures, "tensorflow-jpeg.json"), "utf8")) as {
    fixtures: Expected;
    flowers: Expected;
  };

  async function expectAsTensorflow(folder: string, expected: Expected): Promise<void> {
    for (const [name, { width, height, sha256 }] of Object.entries(expected)) {
      const image = await decodeJpeg(readFileSync(join(folder, name)));
      expect([image?.width, image?.height, image?.channels], name).toEqual([width, height, 3]);
      expect(createHash("sha256").update(image!.data).digest("hex"), name).toBe(sha256);
    }
  }

  it("decode to TensorFlow's bytes, and so to Keras'", async () => {
    expect(Object.keys(tensorflow.fixtures)).toHaveLength(5);
    await expectAsTensorflow(fixtures, tensorflow.fixtures);
  });

  const flowers = resolve(import.meta.dirname, "../../../../shared/data/flowers");
  it.skipIf(!existsSync(flowers))("so do photographs (skipped where ../shared/data is absent)", async () => {
    expect(Object.keys(tensorflow.flowers)).toHaveLength(10);
    await expectAsTensorflow(flowers, tensorflow.flowers);
  });

  /** How far our values are from sharp's, whose inverse transform is the accurate one: at most, and in the mean. */
  async function difference(bytes: Buffer): Promise<{ most: number; mean: number }> {
    const ours = await decodeJpeg(bytes);
    const theirs = await decodeWithSharp(bytes);
    expect(ours && [ours.width, ours.height, ours.channels]).toEqual([theirs.width, theirs.height, 3]);
    let sum = 0;
    let most = 0;
    for (const [i, value] of theirs.data.entries()) {
      const off = Math.abs(ours!.data[i] - value);
      sum += off;
      if (off > most) most = off;
    }
    return { most, mean: sum / theirs.data.length };
  }

  /** A picture as smooth as photographs are. */
  const scene = (width: number, height: number) => {
    const data = Buffer.alloc(width * height * 3);
    for (let i = 0; i < data.length; i++) {
      const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
      data[i] = 127 + 60 * Math.sin(x / (9 + c) + y / 12) + 30 * Math.sin((x * y) / 400 + c);
    }
    return sharp(data, { raw: { width, height, channels: 3 } });
  };

  const subsamplings = ["4:2:0", "4:4:4"];

  it("below quality 95 are within a few of 255 of the accurate transform, whatever their size", async () => {
    for (const [width, height] of [
      [16, 16],
      [17, 33],
      [1, 40],
      [1100, 1000],
    ]) {
      for (const quality of [10, 50, 90, 94]) {
        for (const chromaSubsampling of subsamplings) {
          const what = `${width} x ${height}, ${quality}, ${chromaSubsampling}`;
          const bytes = await scene(width, height).jpeg({ quality, chromaSubsampling }).toBuffer();
          const { most, mean } = await difference(bytes);
          expect(most, what).toBeLessThanOrEqual(12);
          expect(mean, what).toBeLessThan(2);
        }
      }
    }
  });

  it("from quality 95 on are as with the accurate transform", async () => {
    for (const [width, height] of [
      [16, 16],
      [17, 33],
      [100, 77],
    ]) {
      for (const quality of [95, 96, 100]) {
        const scenes = subsamplings.map((chromaSubsampling) =>
          scene(width, height).jpeg({ quality, chromaSubsampling }).toBuffer(),
        );
        const grey = scene(width, height).greyscale().jpeg({ quality }).toBuffer();
        for (const [place, bytes] of (await Promise.all([...scenes, grey])).entries()) {
          const what = `${width} x ${height}, ${quality}, ${subsamplings[place] ?? "grey"}`;
          const { most, mean } = await difference(bytes);
          expect(most, what).toBeLessThanOrEqual(5);
          expect(mean, what).toBeLessThan(0.5);
        }
      }
    }
    for (const [width, height] of [
      [15, 40],
      [1100, 1000],
    ]) {
      const bytes = await scene(width, height).jpeg({ quality: 95 }).toBuffer();
      expect(await decodeJpeg(bytes), `${width} x ${height} is left to sharp`).toBeUndefined();
    }
  });

  it("that are progressive, rotated, RGB, CMYK or not in order are left to sharp", async () => {
    const ordinary = await scene(40, 40).jpeg().toBuffer();
    expect(await decodeJpeg(ordinary)).toBeDefined();
    const upright = await scene(40, 40)
      .withMetadata({ orientation: 1 })
      .withExif({ IFD0: { Copyright: "nobody" } })
      .jpeg()
      .toBuffer();
    expect(await decodeJpeg(upright), "upright by its Exif segment").toBeDefined();
    const end = ordinary.subarray(ordinary.length - 2);
    const body = ordinary.subarray(0, ordinary.length - 2);
    const middle = ordinary.length - 60;
    const component = ordinary.indexOf(Buffer.from([0xff, 0xc0])) + 10;
    const identifiers = Buffer.from(ordinary);
    for (const [i, letter] of [..."RGB"].entries()) identifiers.write(letter, component + 3 * i);
    const adobe = Buffer.from("ffee000e41646f626500640000000000", "hex"); // its last byte: no transform
    const others = {
      progressive: await scene(40, 40).jpeg({ progressive: true }).toBuffer(),
      rotated: await scene(40, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      cmyk: await scene(40, 40).toColourspace("cmyk").jpeg().toBuffer(),
      "RGB by its identifiers": identifiers,
      "RGB by Adobe's segment": Buffer.concat([ordinary.subarray(0, 2), adobe, ordinary.subarray(2)]),
      cut: ordinary.subarray(0, ordinary.length - 40),
      "without its end": body,
      "longer than its end": Buffer.concat([ordinary, Buffer.from([0])]),
      twice: Buffer.concat([ordinary, ordinary]),
      "a marker amid the data": Buffer.concat([
        ordinary.subarray(0, middle),
        Buffer.from([0xff, 0xc4]),
        ordinary.subarray(middle),
      ]),
      "a restart out of order": Buffer.concat([body, Buffer.from([0xff, 0xd3]), end]),
      png: await scene(40, 40).png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(others)) expect(await decodeJpeg(bytes), name).toBeUndefined();
  });

  it("that are damaged and that sharp refuses stay refused", async () => {
    const whole = [
      readFileSync(join(fixtures, "420-restarts.jpg")),
      readFileSync(join(fixtures, "422-restarts.jpg")),
      await scene(61, 43).jpeg({ quality: 90 }).toBuffer(),
      await scene(61, 43).jpeg({ quality: 98 }).toBuffer(),
      await scene(61, 43).greyscale().jpeg({ quality: 60 }).toBuffer(),
    ];
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.array(fc.noBias(fc.tuple(fc.nat(9999), fc.nat(255))), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.constantFrom(0, 0, 0, 9), // bytes that are missing at the first of the places
        async (intact, damage, missing) => {
          let bytes = Buffer.from(intact);
          for (const [place, value] of damage) bytes[Math.floor((place / 1e4) * (bytes.length - 2))] = value;
          const from = Math.floor((damage[0][0] / 1e4) * (bytes.length - 30));
          bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + missing)]);
          const image = await decodeJpeg(bytes);
          if (!image) return;
          taken++;
          const theirs = await decodeWithSharp(bytes); // fails where the file is broken
          expect([image.width, image.height]).toEqual([theirs.width, theirs.height]);
        },
      ),
      { numRuns: 400, seed: 7 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

describe("memory", () => {
  it("is given back between pictures that are decoded one right after the other", async () => {
    const pixels = 1000 * 900 * 3;
    const path = put(join(folder, "flat.jpg"), await asSharp(1000, 900).jpeg({ quality: 20 }).toBuffer());
    await loadImage(path);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) expect((await loadImage(path)).data).toHaveLength(pixels);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * pixels);
  });
});

describe("broken files", () => {
  const broken = async () => {
    const whole = await asSharp(120, 90).jpeg().toBuffer();
    const large = await asSharp(900, 700).jpeg().toBuffer();
    const png = await asSharp(60, 60).png().toBuffer();
    return {
      "cut-late.jpg": whole.subarray(0, whole.length - 60),
      "cut-half.jpg": whole.subarray(0, whole.length >> 1),
      "cut-large.jpg": large.subarray(0, large.length >> 1),
      "cut-header.jpg": whole.subarray(0, 40),
      "cut.png": png.subarray(0, png.length >> 1),
      "text.jpg": Buffer.from("this is no picture\n"),
      "empty.jpg": Buffer.alloc(0),
    };
  };

  it("are told by path and reason, one by one", async () => {
    for (const [name, bytes] of Object.entries(await broken())) {
      const path = put(join(folder, "broken", name), bytes);
      await expect(loadImage(path), name).rejects.toMatchObject({
        code: "broken-picture",
        message: expect.stringContaining(`${path}: cannot be decoded: `),
      });
    }
    await expect(loadImage(join(folder, "nowhere.jpg"))).rejects.toThrow(
      /nowhere\.jpg: cannot be decoded: not found/,
    );
  });

  it("leave the other pictures of a batch in their order", async () => {
    const good = [0, 1, 2].map(async (salt) =>
      put(join(folder, `good-${salt}.png`), await asSharp(8, 6, salt).png().toBuffer()),
    );
    const files = await Promise.all(good);
    const bad = put(join(folder, "bad.jpg"), "no picture");
    const warnings: string[] = [];
    const flow = imagesFromFiles([files[0], bad, files[1], files[2]], {
      targetSize: [6, 8],
      workers: 0,
      onWarning: (message) => warnings.push(message),
    });
    for (const epoch of [0, 1]) {
      const [batch] = await collect(flow.epoch(epoch));
      expect(batch.files).toEqual(files);
      expect([...batch.indices]).toEqual([0, 2, 3]);
      expect(batch.x.shape).toEqual([3, 6, 8, 3]);
      expect(Buffer.from(batch.x.data as Uint8Array)).toEqual(
        Buffer.concat([0, 1, 2].map((salt) => drawn(8, 6, salt))),
      );
    }
    expect(flow.broken).toMatchObject([{ file: bad, index: 1 }]);
    expect(warnings).toHaveLength(2); // the file, and the count at the end of its first epoch
    expect(warnings[0]).toContain(bad);
    expect(warnings[1]).toContain("1 of 4 pictures");
  });
});
