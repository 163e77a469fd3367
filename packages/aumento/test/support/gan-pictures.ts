import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** Pictures of a bright disc on a dark ground whose place, size and colour differ: enough for a small GAN to learn from. */
export async function drawDiscs(
  folder: string,
  count: number,
  { colour = [220, 60, 60], size = 40 }: { colour?: readonly number[]; size?: number } = {},
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let picture = 0; picture < count; picture++) {
    const noise = (turn: number) => ((picture * 7919 + turn * 104_729) % 101) / 100;
    const [x, y, radius] = [
      size * (0.25 + 0.5 * noise(1)),
      size * (0.25 + 0.5 * noise(2)),
      size * (0.12 + 0.2 * noise(3)),
    ];
    const shade = 0.6 + 0.4 * noise(4);
    const ground = 20 + 80 * noise(5);
    const pixels = Buffer.alloc(size * size * 3);
    for (let at = 0; at < size * size; at++) {
      const inside = Math.hypot((at % size) - x, Math.floor(at / size) - y) < radius;
      for (let c = 0; c < 3; c++)
        pixels[at * 3 + c] = inside ? colour[c] * shade : ground + 15 * Math.sin(at / (3 + (picture % 7)));
    }
    await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
      .png()
      .toFile(join(folder, `${String(picture).padStart(3, "0")}.png`));
  }
}
