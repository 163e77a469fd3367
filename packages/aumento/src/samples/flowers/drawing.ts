import type { Random } from "../random.ts";

/** A colour as hue in degrees, saturation and lightness in percent. */
export type Hsl = readonly [hue: number, saturation: number, lightness: number];

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** A coordinate with two decimals: short files, and no difference that could be seen. */
export const at = (value: number) => String(Math.round(value * 100) / 100);

/** The colour in SVG's notation (the CSS formula from HSL to RGB). */
export function css([hue, saturation, lightness]: Hsl): string {
  const s = clamp(saturation, 0, 100) / 100;
  const l = clamp(lightness, 0, 100) / 100;
  const part = (n: number) => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    return Math.round(255 * (l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return `rgb(${part(0)},${part(8)},${part(4)})`;
}

/** The same colour, lighter (or darker) and of another hue by so many units. */
export const shifted = ([hue, saturation, lightness]: Hsl, lighter: number, hueShift = 0): Hsl => [
  hue + hueShift,
  saturation,
  lightness + lighter,
];

/** A colour near the given one. */
export function near(random: Random, [hue, saturation, lightness]: Hsl, spread: number): Hsl {
  return [
    hue + random.normal() * spread * 0.5,
    saturation + random.normal() * spread,
    lightness + random.normal() * spread * 0.6,
  ];
}

/** Collects an SVG's definitions beside the shapes that are drawn with them. */
export class Drawing {
  readonly definitions: string[] = [];

  /** Defines a gradient over a shape's box and returns the paint that names it. */
  gradient(
    kind: "linear" | "radial",
    stops: readonly (readonly [number, Hsl, number?])[],
    where = "",
  ): string {
    const id = `g${this.definitions.length}`;
    const inner = stops
      .map(([offset, colour, opacity = 1]) => {
        return `<stop offset="${at(offset)}" stop-color="${css(colour)}" stop-opacity="${at(opacity)}"/>`;
      })
      .join("");
    this.definitions.push(`<${kind}Gradient id="${id}" ${where}>${inner}</${kind}Gradient>`);
    return `url(#${id})`;
  }
}

/** A petal from the origin upwards (to y = -length), `width` at its widest; `point` 0 is round, 1 is sharp. */
export function petalPath(length: number, width: number, point: number, widest = 0.6): string {
  const half = width / 2;
  const shoulder = -length * widest;
  const tip = half * (1 - point) * 0.9;
  return (
    `M0 0C${at(-half * 0.5)} ${at(shoulder * 0.3)} ${at(-half)} ${at(shoulder * 0.6)} ${at(-half)} ${at(shoulder)}` +
    `C${at(-half)} ${at(-length * (widest + 0.25))} ${at(-tip)} ${at(-length)} 0 ${at(-length)}` +
    `C${at(tip)} ${at(-length)} ${at(half)} ${at(-length * (widest + 0.25))} ${at(half)} ${at(shoulder)}` +
    `C${at(half)} ${at(shoulder * 0.6)} ${at(half * 0.5)} ${at(shoulder * 0.3)} 0 0Z`
  );
}

export interface Ring {
  count: number;
  length: number;
  width: number;
  point: number;
  fill: string;
  stroke: string;
  /** How far, relatively, lengths and angles vary. */
  disorder: number;
  turn?: number;
  /** Where on the petal it is widest, from 0 (root) to 1 (tip). */
  widest?: number;
}

/** A ring of petals around the origin. */
export function petalRing(random: Random, ring: Ring): string {
  const step = 360 / ring.count;
  const turn = ring.turn ?? random.uniform(0, step);
  const petals = Array.from({ length: ring.count }, (_, index) => {
    const angle = turn + step * (index + random.normal() * 0.35 * ring.disorder);
    const length = ring.length * (1 + random.normal() * 0.5 * ring.disorder);
    const width = ring.width * (1 + random.normal() * 0.4 * ring.disorder);
    const path = petalPath(length, width, ring.point, ring.widest);
    return `<path d="${path}" transform="rotate(${at(angle)})"/>`;
  });
  const outline = `stroke="${ring.stroke}" stroke-width="0.9" stroke-opacity="0.55"`;
  return `<g fill="${ring.fill}" ${outline}>${petals.join("")}</g>`;
}

/** Seeds set along the golden angle, as in a sunflower's disc; colour and size go from the middle outwards. */
export function seedDisc(
  random: Random,
  radius: number,
  count: number,
  inner: Hsl,
  outer: Hsl,
  size: number,
): string {
  const golden = Math.PI * (3 - Math.sqrt(5));
  const start = random.uniform(0, 2 * Math.PI);
  const dots: string[] = [];
  for (let index = 0; index < count; index++) {
    const share = (index + 0.5) / count;
    const r = radius * Math.sqrt(share);
    const angle = start + index * golden;
    const colour: Hsl = [
      inner[0] + (outer[0] - inner[0]) * share,
      inner[1] + (outer[1] - inner[1]) * share,
      inner[2] + (outer[2] - inner[2]) * share + random.normal() * 5,
    ];
    const dot = size * (0.75 + 0.5 * share);
    dots.push(
      `<circle cx="${at(r * Math.cos(angle))}" cy="${at(r * Math.sin(angle))}" r="${at(dot)}" fill="${css(colour)}"/>`,
    );
  }
  return dots.join("");
}
