import type { Random } from "../random.ts";
import { at, css, Drawing, type Hsl, near, petalPath, shifted } from "./drawing.ts";
import { blossoms, type FlowerKind } from "./kinds.ts";

/** Side of the drawing in its own units; the renderer scales it to pixels. */
const side = 400;

/** A soft round blob, as a lens makes of things far behind. */
function softBlob(
  drawing: Drawing,
  x: number,
  y: number,
  radius: number,
  colour: Hsl,
  opacity: number,
): string {
  const fill = drawing.gradient("radial", [
    [0, colour, opacity],
    [0.7, colour, opacity * 0.7],
    [1, colour, 0],
  ]);
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${at(radius)}" fill="${fill}"/>`;
}

function fullRectangle(fill: string): string {
  return `<rect width="${side}" height="${side}" fill="${fill}"/>`;
}

const vertical = 'x1="0" y1="0" x2="0" y2="1"';

function blurredGarden(random: Random, drawing: Drawing): string {
  const green = near(random, [random.uniform(75, 140), 38, random.uniform(20, 45)], 6);
  const top = shifted(green, random.uniform(-8, 18), random.uniform(-20, 30));
  const parts = [
    fullRectangle(
      drawing.gradient(
        "linear",
        [
          [0, top],
          [1, green],
        ],
        vertical,
      ),
    ),
  ];
  const count = 10 + random.integer(18);
  const accent = near(random, [random.uniform(0, 360), 60, 60], 8);
  for (let blob = 0; blob < count; blob++) {
    const colour = random.chance(0.2) ? accent : near(random, shifted(green, random.normal() * 12), 10);
    const radius = random.uniform(20, 90);
    parts.push(
      softBlob(
        drawing,
        random.uniform(0, side),
        random.uniform(0, side),
        radius,
        colour,
        random.uniform(0.3, 0.8),
      ),
    );
  }
  return parts.join("");
}

function skyAndMeadow(random: Random, drawing: Drawing): string {
  const sky = near(
    random,
    random.pick<Hsl>([
      [205, 65, 72],
      [205, 30, 82],
      [28, 70, 76],
      [220, 45, 45],
    ]),
    5,
  );
  const grass = near(random, [random.uniform(80, 125), 42, random.uniform(24, 42)], 5);
  const horizon = random.uniform(0.3, 0.75);
  const fill = drawing.gradient(
    "linear",
    [
      [0, sky],
      [horizon, shifted(sky, 10)],
      [horizon + 0.02, shifted(grass, 6)],
      [1, shifted(grass, -8)],
    ],
    vertical,
  );
  const parts = [fullRectangle(fill)];
  for (let cloud = random.integer(5); cloud > 0; cloud--) {
    const y = random.uniform(0, horizon * side * 0.8);
    parts.push(softBlob(drawing, random.uniform(0, side), y, random.uniform(30, 80), shifted(sky, 22), 0.6));
  }
  for (let tuft = 0; tuft < 50; tuft++) {
    parts.push(grassBlade(random, near(random, grass, 8), random.uniform(horizon + 0.05, 1.1) * side, 60));
  }
  return parts.join("");
}

function plainCloth(random: Random, drawing: Drawing): string {
  const colour: Hsl = [random.uniform(0, 360), random.uniform(5, 45), random.uniform(15, 85)];
  const lit = drawing.gradient(
    "radial",
    [
      [0, shifted(colour, 10)],
      [1, shifted(colour, -14)],
    ],
    `cx="${at(random.uniform(0.2, 0.8))}" cy="${at(random.uniform(0.1, 0.6))}" r="0.9"`,
  );
  return fullRectangle(lit);
}

function foliage(random: Random, drawing: Drawing): string {
  const green = near(random, [random.uniform(85, 150), 40, random.uniform(16, 30)], 5);
  const parts = [fullRectangle(css(shifted(green, -8)))];
  for (let leaf = 0; leaf < 70; leaf++) {
    const colour = near(random, shifted(green, leaf * 0.16), 8);
    const fill = drawing.gradient("linear", [
      [0, shifted(colour, -8)],
      [1, shifted(colour, 8)],
    ]);
    const path = petalPath(random.uniform(50, 110), random.uniform(22, 48), 0.9, 0.45);
    const place = `translate(${at(random.uniform(0, side))} ${at(random.uniform(0, side))})`;
    parts.push(
      `<path d="${path}" fill="${fill}" transform="${place} rotate(${at(random.uniform(0, 360))})"/>`,
    );
  }
  return parts.join("");
}

function soil(random: Random, _drawing: Drawing): string {
  const brown = near(random, [28, 32, random.uniform(20, 40)], 5);
  const parts = [fullRectangle(css(brown))];
  for (let clod = 0; clod < 160; clod++) {
    const colour = css(near(random, shifted(brown, random.normal() * 9), 5));
    const x = random.uniform(0, side);
    const y = random.uniform(0, side);
    parts.push(
      `<ellipse cx="${at(x)}" cy="${at(y)}" rx="${at(random.uniform(3, 20))}" ry="${at(random.uniform(3, 12))}" fill="${colour}"/>`,
    );
  }
  for (let blade = 0; blade < 14; blade++) {
    parts.push(grassBlade(random, near(random, [100, 40, 34], 6), random.uniform(0.4, 1.1) * side, 70));
  }
  return parts.join("");
}

const backgrounds = [blurredGarden, blurredGarden, skyAndMeadow, plainCloth, foliage, soil];

function grassBlade(random: Random, colour: Hsl, foot: number, height: number): string {
  const x = random.uniform(-20, side + 20);
  const tall = height * random.uniform(0.5, 1.3);
  const lean = random.normal() * tall * 0.35;
  const half = random.uniform(1.2, 3.6);
  return (
    `<path d="M${at(x - half)} ${at(foot)}Q${at(x + lean * 0.2)} ${at(foot - tall * 0.6)} ${at(x + lean)} ${at(foot - tall)}` +
    `Q${at(x + lean * 0.2 + half * 2)} ${at(foot - tall * 0.6)} ${at(x + half)} ${at(foot)}Z" fill="${css(colour)}"/>`
  );
}

/** Stem and leaves below a blossom whose middle is at (x, y). */
function stem(
  random: Random,
  drawing: Drawing,
  kind: FlowerKind,
  x: number,
  y: number,
  scale: number,
): string {
  const green = near(random, [random.uniform(85, 130), 40, random.uniform(26, 42)], 4);
  const footX = x + random.normal() * 50 * scale;
  const footY = side + 30;
  const bendX = (x + footX) / 2 + random.normal() * 26 * scale;
  const thick = (kind === "sunflower" ? 13 : 8) * scale;
  const parts = [
    `<path d="M${at(x)} ${at(y)}Q${at(bendX)} ${at((y + footY) / 2)} ${at(footX)} ${at(footY)}" fill="none" ` +
      `stroke="${css(green)}" stroke-width="${at(thick)}" stroke-linecap="round"/>`,
  ];
  const leaves = random.integer(4);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const share = random.uniform(0.35, 0.9);
    const leafX = x + (footX - x) * share;
    const leafY = y + (footY - y) * share;
    const sign = random.chance(0.5) ? 1 : -1;
    const long = kind === "tulip" ? 190 : 110;
    const turn = sign * (kind === "tulip" ? random.uniform(8, 30) : random.uniform(35, 90));
    const path = petalPath(long * scale * random.uniform(0.7, 1.1), 38 * scale, 0.95, 0.4);
    const fill = drawing.gradient("linear", [
      [0, shifted(green, -6)],
      [1, shifted(green, 9)],
    ]);
    parts.push(
      `<path d="${path}" fill="${fill}" transform="translate(${at(leafX)} ${at(leafY)}) rotate(${at(turn)})"/>`,
    );
  }
  return parts.join("");
}

/** Leaves or blades in front of the flowers, over a part of the picture. */
function occlusion(random: Random): string {
  const parts: string[] = [];
  if (random.chance(0.4)) {
    const green = near(random, [100, 42, 34], 6);
    for (let blade = 4 + random.integer(14); blade > 0; blade--) {
      parts.push(grassBlade(random, near(random, green, 6), side + 10, random.uniform(60, 190)));
    }
  }
  if (random.chance(0.25)) {
    const colour = css(near(random, [random.uniform(80, 140), 35, random.uniform(18, 40)], 5));
    const path = petalPath(random.uniform(140, 260), random.uniform(60, 110), 0.85, 0.45);
    const fromLeft = random.chance(0.5);
    const place = `translate(${fromLeft ? -20 : side + 20} ${at(random.uniform(0, side))})`;
    const turn = (fromLeft ? 90 : -90) + random.normal() * 30;
    parts.push(`<path d="${path}" fill="${colour}" transform="${place} rotate(${at(turn)})"/>`);
  }
  return parts.join("");
}

/** Sunlight from one side, a vignette, and the colour of the light. */
function light(random: Random, drawing: Drawing): string {
  const warm: Hsl = random.chance(0.5) ? [38, 90, 60] : [215, 70, 55];
  const dark: Hsl = [230, 30, 6];
  const sun = drawing.gradient(
    "radial",
    [
      [0, [50, 90, 92], random.uniform(0, 0.35)],
      [1, [50, 90, 92], 0],
    ],
    `cx="${at(random.uniform(0, 1))}" cy="${at(random.uniform(-0.1, 0.5))}" r="${at(random.uniform(0.4, 0.9))}"`,
  );
  const corner = drawing.gradient(
    "radial",
    [
      [0.5, dark, 0],
      [1, dark, random.uniform(0, 0.5)],
    ],
    'r="0.75"',
  );
  const tint = `<rect width="${side}" height="${side}" fill="${css(warm)}" opacity="${at(random.uniform(0, 0.14))}"/>`;
  const dusk = `<rect width="${side}" height="${side}" fill="${css(dark)}" opacity="${at(random.chance(0.25) ? random.uniform(0, 0.35) : 0)}"/>`;
  return fullRectangle(sun) + tint + dusk + fullRectangle(corner);
}

/** One to four blossoms of a kind with their stems; the later ones lie in front of the earlier. */
function plants(random: Random, drawing: Drawing, kind: FlowerKind): string {
  const count = random.chance(0.55) ? 1 : 2 + random.integer(3);
  const parts: string[] = [];
  for (let plant = 0; plant < count; plant++) {
    const scale = count === 1 ? random.uniform(0.7, 1.65) : random.uniform(0.45, 0.95);
    const margin = count === 1 ? 110 : 60;
    const x = random.uniform(margin, side - margin);
    const y = random.uniform(margin * 0.8, side - margin);
    const tall = kind === "tulip" ? 0.55 : 0.4;
    const squash = kind === "tulip" ? random.uniform(0.9, 1.05) : 1 - tall * random.next() ** 1.6;
    const turn = kind === "tulip" ? random.normal() * 12 : random.uniform(0, 360);
    const lean = kind === "tulip" ? 0 : random.normal() * 18;
    const blossom = blossoms[kind](random, drawing);
    const shadow =
      kind === "tulip" ? "" : `<ellipse cx="6" cy="10" rx="92" ry="92" fill="#000" opacity="0.14"/>`;
    parts.push(
      stem(random, drawing, kind, x, kind === "tulip" ? y + 78 * scale : y, scale),
      `<g transform="translate(${at(x)} ${at(y)}) rotate(${at(lean)}) scale(${at(scale)} ${at(scale * squash)}) rotate(${at(turn)})">${shadow}${blossom}</g>`,
    );
  }
  return parts.join("");
}

/** A whole picture of a kind of flower as SVG. Everything but the kind is left to chance. */
export function flowerScene(random: Random, kind: FlowerKind, size: number): string {
  const drawing = new Drawing();
  const layers = [
    random.pick(backgrounds)(random, drawing),
    plants(random, drawing, kind),
    occlusion(random),
    light(random, drawing),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${side} ${side}">` +
    `<defs>${drawing.definitions.join("")}</defs>${layers.join("")}</svg>`
  );
}
