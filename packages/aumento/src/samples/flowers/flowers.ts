import sharp from "sharp";
import { randomFor } from "../random.ts";
import type { FlowerKind } from "./kinds.ts";
import { flowerScene } from "./scene.ts";

/**
 * Draws one picture of a kind of flower: RGB, row by row, size × size × 3. On top of the drawing come what
 * a camera adds: a little blur in some pictures, and noise.
 */
export async function drawFlower(
  seed: number,
  kind: FlowerKind,
  index: number,
  size: number,
): Promise<Uint8Array> {
  const random = randomFor(seed, "flowers", kind, index);
  const svg = flowerScene(random, kind, size);
  const blur = random.chance(0.3) ? random.uniform(0.3, 1.4) * (size / 224) : 0;
  const noise = random.uniform(1, 9);
  const gain = random.uniform(0.8, 1.15);
  let picture = sharp(Buffer.from(svg)).flatten({ background: "#000" }).toColourspace("srgb");
  if (blur >= 0.3) picture = picture.blur(blur);
  const { data } = await picture.raw().toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    pixels[i] = Math.min(255, Math.max(0, Math.round(data[i] * gain + random.normal() * noise)));
  }
  return pixels;
}
