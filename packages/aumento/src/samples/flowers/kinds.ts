import type { Random } from "../random.ts";
import { at, css, type Drawing, type Hsl, near, petalPath, petalRing, seedDisc, shifted } from "./drawing.ts";

/** The five kinds, in the order of their folders. */
export const flowerKinds = ["daisy", "dandelion", "rose", "sunflower", "tulip"] as const;
export type FlowerKind = (typeof flowerKinds)[number];

/** Draws a blossom around the origin, about 100 units in radius, as SVG. */
type Blossom = (random: Random, drawing: Drawing) => string;

/** A petal's paint: the root's colour running into the tip's. */
function petalPaint(drawing: Drawing, root: Hsl, tip: Hsl): string {
  return drawing.gradient(
    "linear",
    [
      [0, root],
      [0.45, tip],
      [1, shifted(tip, 4)],
    ],
    'x1="0" y1="1" x2="0" y2="0"',
  );
}

function ball(drawing: Drawing, radius: number, colour: Hsl): string {
  const fill = drawing.gradient(
    "radial",
    [
      [0, shifted(colour, 14)],
      [0.6, colour],
      [1, shifted(colour, -16)],
    ],
    'cx="0.4" cy="0.35" r="0.65"',
  );
  return `<circle r="${at(radius)}" fill="${fill}"/>`;
}

const daisy: Blossom = (random, drawing) => {
  const tints: Hsl[] = [
    [50, 20, 95],
    [50, 20, 95],
    [210, 25, 93],
    [330, 55, 86],
    [48, 85, 70],
    [280, 35, 80],
  ];
  const petal = near(random, random.pick(tints), 3);
  const count = 11 + random.integer(12);
  const width = random.uniform(400, 560) / count;
  const disc = near(random, [45, 90, 52], 5);
  const radius = random.uniform(20, 32);
  const shared = { count, width, point: random.uniform(0, 0.35), stroke: css(shifted(petal, -28)) };
  const lower = petalPaint(drawing, shifted(petal, -22), shifted(petal, -9));
  const upper = petalPaint(drawing, shifted(petal, -14), petal);
  return (
    petalRing(random, { ...shared, length: 100, fill: lower, disorder: 0.22, widest: 0.7 }) +
    petalRing(random, { ...shared, length: 94, fill: upper, disorder: 0.18, widest: 0.72 }) +
    ball(drawing, radius, disc) +
    seedDisc(random, radius * 0.92, 70, shifted(disc, -12), shifted(disc, 6), 1.9)
  );
};

const dandelionFlower: Blossom = (random, drawing) => {
  const yellow = near(random, [49, 95, 54], 4);
  const rings: string[] = [];
  const depth = 5;
  for (let ring = 0; ring < depth; ring++) {
    const share = 1 - ring / depth;
    const colour = shifted(yellow, -8 + ring * 3, -ring * 1.5);
    rings.push(
      petalRing(random, {
        count: Math.round(20 + 26 * share),
        length: 22 + 78 * share,
        width: 7.5,
        point: 0.15,
        fill: petalPaint(drawing, shifted(colour, -10, -4), colour),
        stroke: css(shifted(colour, -22, -6)),
        disorder: 0.32,
        widest: 0.8,
      }),
    );
  }
  return rings.join("") + seedDisc(random, 20, 40, shifted(yellow, -14, -6), shifted(yellow, -2), 2.4);
};

const dandelionClock: Blossom = (random, drawing) => {
  const white = near(random, [60, 12, 94], 3);
  const haze = drawing.gradient("radial", [
    [0, white, 0.5],
    [0.7, white, 0.28],
    [1, white, 0.05],
  ]);
  const parts = [`<circle r="96" fill="${haze}"/>`];
  const blown = random.uniform(0, 0.3);
  const gap = random.uniform(0, 2 * Math.PI);
  for (let seed = 0; seed < 120; seed++) {
    const angle = random.uniform(0, 2 * Math.PI);
    const away = Math.abs(((angle - gap + 3 * Math.PI) % (2 * Math.PI)) - Math.PI);
    if (away > Math.PI * (1 - blown)) continue;
    const reach = 94 * Math.sqrt(random.uniform(0.12, 1));
    const x = reach * Math.cos(angle);
    const y = reach * Math.sin(angle);
    const rays: string[] = [];
    for (let ray = 0; ray < 7; ray++) {
      const turn = angle + (ray - 3) * 0.42;
      rays.push(`M${at(x)} ${at(y)}l${at(13 * Math.cos(turn))} ${at(13 * Math.sin(turn))}`);
    }
    parts.push(
      `<path d="M${at(x * 0.2)} ${at(y * 0.2)}L${at(x)} ${at(y)}${rays.join("")}" fill="none" ` +
        `stroke="${css(shifted(white, random.normal() * 4))}" stroke-width="1.1" stroke-opacity="0.8"/>`,
    );
  }
  const heart = near(random, [35, 30, 38], 5);
  return parts.join("") + ball(drawing, 13, heart) + seedDisc(random, 15, 40, heart, shifted(heart, 18), 1.6);
};

const dandelion: Blossom = (random, drawing) =>
  random.chance(0.3) ? dandelionClock(random, drawing) : dandelionFlower(random, drawing);

/** Colours that roses and tulips share, so that colour alone does not tell them apart. */
const gardenColours: readonly Hsl[] = [
  [352, 78, 44],
  [340, 70, 60],
  [345, 60, 78],
  [48, 85, 62],
  [24, 88, 58],
  [50, 25, 92],
  [300, 40, 52],
];

const rose: Blossom = (random, drawing) => {
  const colour = near(random, random.pick(gardenColours), 5);
  const open = random.uniform(0.85, 1.1);
  const layers: string[] = [];
  const counts = [5, 5, 5, 4, 3, 3];
  for (const [index, count] of counts.entries()) {
    const share = index / (counts.length - 1);
    const reach = (100 - 76 * share) * (index === 0 ? open : 1);
    const rim = shifted(colour, 7 - 9 * share);
    const root = shifted(colour, -20 - 6 * share, -3);
    const fill = drawing.gradient("radial", [
      [0, root],
      [0.55, shifted(colour, -5 - 5 * share)],
      [1, rim],
    ]);
    const step = 360 / count;
    const turn = random.uniform(0, 360);
    const petals: string[] = [];
    for (let petal = 0; petal < count; petal++) {
      const angle = turn + step * (petal + random.normal() * 0.06);
      const width = reach * (1.15 + random.normal() * 0.05);
      const offset = reach * 0.46;
      petals.push(
        `<ellipse cx="0" cy="${at(-offset)}" rx="${at(width / 2)}" ry="${at(reach * 0.54)}" ` +
          `transform="rotate(${at(angle)}) skewX(${at(random.normal() * 5)})"/>`,
      );
    }
    const outline = `stroke="${css(shifted(colour, -24))}" stroke-width="1.4" stroke-opacity="0.5"`;
    layers.push(`<g fill="${fill}" ${outline}>${petals.join("")}</g>`);
  }
  const spiral: string[] = [];
  const twist = random.chance(0.5) ? 1 : -1;
  for (let step = 0; step <= 40; step++) {
    const angle = twist * step * 0.34 + random.normal() * 0.02;
    const radius = 2 + step * 0.48;
    spiral.push(`${step === 0 ? "M" : "L"}${at(radius * Math.cos(angle))} ${at(radius * Math.sin(angle))}`);
  }
  const line = `stroke="${css(shifted(colour, -26))}" stroke-width="2.2" stroke-opacity="0.75" fill="none"`;
  return `${layers.join("")}${ball(drawing, 21, shifted(colour, -6))}<path d="${spiral.join("")}" ${line}/>`;
};

const sunflower: Blossom = (random, drawing) => {
  const petal = near(
    random,
    random.pick<Hsl>([
      [46, 96, 54],
      [42, 94, 52],
      [50, 95, 60],
      [28, 85, 46],
    ]),
    3,
  );
  const disc = near(
    random,
    random.pick<Hsl>([
      [24, 50, 20],
      [28, 45, 26],
      [35, 40, 34],
    ]),
    4,
  );
  const count = 15 + random.integer(9);
  const radius = random.uniform(40, 52);
  const shared = { count, point: random.uniform(0.7, 1), stroke: css(shifted(petal, -22, -8)), widest: 0.5 };
  const width = random.uniform(480, 600) / count;
  const back = petalPaint(drawing, shifted(petal, -20, -10), shifted(petal, -9, -4));
  const front = petalPaint(drawing, shifted(petal, -14, -10), petal);
  const ring = shifted(disc, 12, 6);
  return (
    petalRing(random, { ...shared, length: 102, width, fill: back, disorder: 0.16 }) +
    petalRing(random, { ...shared, length: 94, width: width * 0.92, fill: front, disorder: 0.16 }) +
    ball(drawing, radius, disc) +
    seedDisc(random, radius * 0.96, 190, shifted(disc, -6), ring, 2.1)
  );
};

const tulip: Blossom = (random, drawing) => {
  const colour = near(random, random.pick(gardenColours), 5);
  const open = random.uniform(0.55, 1.1);
  const height = random.uniform(165, 190);
  const width = random.uniform(80, 100);
  const base = random.chance(0.5) ? shifted(colour, -12) : ([52, 70, 62] as Hsl);
  const stroke = css(shifted(colour, -26));
  const petal = (lean: number, tall: number, wide: number, lighter: number) => {
    const fill = drawing.gradient(
      "linear",
      [
        [0, base],
        [0.3, shifted(colour, lighter - 8)],
        [0.75, shifted(colour, lighter)],
        [1, shifted(colour, lighter + 9)],
      ],
      'x1="0.4" y1="1" x2="0.6" y2="0"',
    );
    const path = petalPath(height * tall, width * wide, 0.85, 0.42);
    const turn = lean * 20 * open + random.normal() * 2;
    const outline = `stroke="${stroke}" stroke-width="1.4" stroke-opacity="0.5"`;
    return `<path d="${path}" fill="${fill}" ${outline} transform="rotate(${at(turn)})"/>`;
  };
  const petals = [
    petal(-0.45, 1, 0.95, -15),
    petal(0.45, 1, 0.95, -13),
    petal(0, 1.02, 0.9, -18),
    petal(-1.15, 0.97, 0.9, -4),
    petal(1.15, 0.97, 0.9, -6),
    petal(random.uniform(-0.2, 0.2), 0.93, 1.05, 3),
  ];
  const vein = `<path d="M0 -12Q${at(random.normal() * 6)} ${at(-height * 0.5)} 0 ${at(-height * 0.86)}" fill="none" stroke="${stroke}" stroke-width="1.2" stroke-opacity="0.3"/>`;
  return `<g transform="translate(0 ${at(height * 0.5)})">${petals.join("")}${vein}</g>`;
};

export const blossoms: Record<FlowerKind, Blossom> = { daisy, dandelion, rose, sunflower, tulip };
