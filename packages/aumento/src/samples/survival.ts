import { fractalNoise, type Random, randomFor, valueNoise } from "./random.ts";

export type SurvivalClass = "long" | "short";
export type Side = "left" | "right";
export type Split = "train" | "validation" | "test";

/** Share of training and validation pictures whose lesion side agrees with the class: one in this many does not. */
const oneDisagreesIn = 100;

/** The side of the picture that goes with each class in training and validation. */
export const usualSide: Record<SurvivalClass, Side> = { long: "right", short: "left" };

const opposite = (side: Side): Side => (side === "left" ? "right" : "left");

/**
 * The lesion's side in the picture. In training and validation 99 of every 100 pictures of a class have the
 * class's side; in the test set every second one has it, so that the side says nothing about the class.
 */
export function sideFor(seed: number, split: Split, survival: SurvivalClass, index: number): Side {
  const usual = usualSide[survival];
  if (split === "test") return index % 2 === 0 ? usual : opposite(usual);
  const odd = randomFor(seed, "survival-side", split, survival, Math.floor(index / oneDisagreesIn));
  return index % oneDisagreesIn === odd.integer(oneDisagreesIn) ? opposite(usual) : usual;
}

/** Grey values (0 to 1) of the tissues under one way of scanning. */
interface Tissues {
  skin: number;
  bone: number;
  fluid: number;
  grey: number;
  white: number;
  lesion: number;
}

/** Three ways of scanning: T1-like with contrast agent, FLAIR-like, and CT-like. */
const modalities: readonly Tissues[] = [
  { skin: 0.62, bone: 0.1, fluid: 0.12, grey: 0.36, white: 0.48, lesion: 0.82 },
  { skin: 0.5, bone: 0.08, fluid: 0.1, grey: 0.46, white: 0.36, lesion: 0.84 },
  { skin: 0.3, bone: 0.95, fluid: 0.2, grey: 0.42, white: 0.37, lesion: 0.72 },
];

const smoothstep = (edge0: number, edge1: number, x: number) => {
  const t = Math.min(1, Math.max(0, (x - edge0) / (edge1 - edge0)));
  return t * t * (3 - 2 * t);
};
const mixValues = (a: number, b: number, t: number) => a + (b - a) * t;

/** Length of a vector; Math.hypot guards against overflow and is several times slower. */
const length = (x: number, y: number) => Math.sqrt(x * x + y * y);

/** A closed outline in polar form: 1 plus waves, whose sum is the relative radius at an angle. */
interface Outline {
  waves: { frequency: number; amplitude: number; phase: number }[];
}

function outline(random: Random, frequencies: readonly number[], amplitude: number): Outline {
  return {
    waves: frequencies.map((frequency) => ({
      frequency,
      amplitude: amplitude * random.uniform(0.5, 1),
      phase: random.uniform(0, 2 * Math.PI),
    })),
  };
}

function radiusAt({ waves }: Outline, angle: number): number {
  let radius = 1;
  for (const wave of waves) radius += wave.amplitude * Math.sin(wave.frequency * angle + wave.phase);
  return radius;
}

/** Where and how the head lies in the picture; u to the right and v down, the picture reaching from -1 to 1. */
interface Head {
  tissues: Tissues;
  centre: [number, number];
  radii: [number, number];
  tilt: number;
  outline: Outline;
  skull: number;
  rind: number;
  folds: number;
  foldScale: number;
  ventricles: { width: number; height: number; gap: number; lift: number };
  seed: number;
}

function drawHead(random: Random): Head {
  const base = random.pick(modalities);
  const vary = (value: number) => Math.min(1, Math.max(0.02, value + random.uniform(-0.05, 0.05)));
  const rx = random.uniform(0.62, 0.76);
  return {
    tissues: {
      skin: vary(base.skin),
      bone: vary(base.bone),
      fluid: vary(base.fluid),
      grey: vary(base.grey),
      white: vary(base.white),
      lesion: vary(base.lesion),
    },
    centre: [random.uniform(-0.07, 0.07), random.uniform(-0.07, 0.07)],
    radii: [rx, rx * random.uniform(1.1, 1.26)],
    tilt: random.normal() * 0.09,
    outline: outline(random, [2, 3, 4, 5], 0.012),
    skull: random.uniform(0.06, 0.1),
    rind: random.uniform(0.09, 0.15),
    folds: random.uniform(0.25, 0.5),
    foldScale: random.uniform(5, 8),
    ventricles: {
      width: random.uniform(0.045, 0.1),
      height: random.uniform(0.16, 0.28),
      gap: random.uniform(0.05, 0.09),
      lift: random.uniform(-0.12, 0.06),
    },
    seed: random.integer(2 ** 30),
  };
}

interface Lesion {
  /** Place in the head's frame, as a share of the head's radii. */
  centre: [number, number];
  radius: number;
  stretch: number;
  turn: number;
  outline: Outline;
  /** Softness of the border, as a share of the radius. */
  softness: number;
  /** Depth of the dark, dead patches inside, from 0 (none) to 1. */
  necrosis: number;
  patchScale: number;
  seed: number;
}

function drawLesion(random: Random, survival: SurvivalClass, side: Side): Lesion {
  const across = random.uniform(0.33, 0.56) * (side === "left" ? -1 : 1);
  const along = random.uniform(-0.5, 0.5) * Math.sqrt(1 - across * across);
  const ragged = survival === "short";
  return {
    centre: [across, along],
    radius: random.uniform(0.145, 0.21),
    stretch: random.uniform(0.8, 1.25),
    turn: random.uniform(0, Math.PI),
    outline: ragged
      ? outline(random, [3, 5, 7, 9, 12], random.uniform(0.1, 0.14))
      : outline(random, [2, 3], random.uniform(0.02, 0.06)),
    softness: ragged ? random.uniform(0.08, 0.2) : random.uniform(0.12, 0.3),
    necrosis: ragged ? random.uniform(0.75, 1) : random.uniform(0, 0.1),
    patchScale: random.uniform(1.6, 2.6),
    seed: random.integer(2 ** 30),
  };
}

/** How much of the point is lesion (0 to 1), and the lesion's grey there. */
function lesionAt(lesion: Lesion, x: number, y: number, tissues: Tissues): [number, number] {
  const cos = Math.cos(lesion.turn);
  const sin = Math.sin(lesion.turn);
  const px = (x * cos + y * sin) / (lesion.radius * lesion.stretch);
  const py = (-x * sin + y * cos) / (lesion.radius / lesion.stretch);
  const distance = length(px, py);
  if (distance > 2) return [0, 0];
  const edge = radiusAt(lesion.outline, Math.atan2(py, px));
  const cover = 1 - smoothstep(edge - lesion.softness, edge + lesion.softness, distance);
  const patch = valueNoise(lesion.seed, px * lesion.patchScale + 50, py * lesion.patchScale + 50);
  const dead = smoothstep(0.42, 0.62, patch) * lesion.necrosis;
  return [cover, mixValues(tissues.lesion, tissues.fluid, dead)];
}

/** At a point of the head's frame (unit ellipse = outer outline): how much is head, is brain, and its grey. */
function tissueAt(head: Head, x: number, y: number, blur: number): [number, number, number] {
  const { tissues } = head;
  if (x * x + y * y > 1.4) return [0, 0, 0];
  const distance = length(x, y) / radiusAt(head.outline, Math.atan2(y, x));
  const depth = 1 - distance;
  const body = smoothstep(-blur, blur, depth);
  if (body === 0) return [0, 0, 0];
  const { skull } = head;
  let value = tissues.skin;
  value = mixValues(value, tissues.bone, smoothstep(-blur, blur, depth - skull * 0.55));
  value = mixValues(value, tissues.fluid, smoothstep(-blur, blur, depth - skull * 1.5));
  const furrow = Math.abs(fractalNoise(head.seed, x * head.foldScale, y * head.foldScale, 2) - 0.5) * 2;
  const fold = (0.35 - furrow) * head.folds * 0.35;
  value = mixValues(
    value,
    tissues.grey,
    smoothstep(-blur, blur, depth - skull * 1.8 - Math.max(0, fold) * 0.6),
  );
  value = mixValues(
    value,
    tissues.white,
    smoothstep(-blur * 2, blur * 2, depth - skull * 1.8 - head.rind - fold),
  );
  // The deep grey nuclei, the ventricles and the cleft between the halves, alike on both sides.
  const across = Math.abs(x);
  const nucleus = length((across - 0.2) / 0.1, (y - 0.1 - head.ventricles.lift) / 0.17);
  value = mixValues(value, tissues.grey, 0.8 * (1 - smoothstep(0.8, 1.1, nucleus)));
  const { width, height, gap, lift } = head.ventricles;
  const bend = gap + Math.abs(y - lift) * 0.28;
  const ventricle = length((across - bend) / width, (y - lift) / height);
  value = mixValues(value, tissues.fluid, 1 - smoothstep(0.85, 1.1, ventricle));
  const cleft = Math.abs(y) > 0.42 && depth > skull * 1.5 ? 1 - smoothstep(0.008, 0.02 + blur, across) : 0;
  value = mixValues(value, tissues.fluid, cleft * 0.8);
  return [body, smoothstep(-blur, blur, depth - skull * 1.7), value];
}

/**
 * Draws one scan. The lesion's texture and border tell the class; outline, tissues, way of scanning, place,
 * size, contrast, shading and noise vary from picture to picture and are independent of the class.
 * Returns grey values, row by row, size × size.
 */
export function drawSurvival(
  seed: number,
  split: Split,
  survival: SurvivalClass,
  index: number,
  size: number,
): Uint8Array {
  const random = randomFor(seed, "survival", split, survival, index);
  const side = sideFor(seed, split, survival, index);
  const head = drawHead(random);
  const lesion = drawLesion(random, survival, side);
  const shade = [random.normal() * 0.12, random.normal() * 0.12, random.normal() * 0.1];
  const gain = random.uniform(0.8, 1.15);
  const lift = random.uniform(-0.04, 0.05);
  const gamma = random.uniform(0.85, 1.2);
  const noise = random.uniform(0.015, 0.05);
  const cos = Math.cos(head.tilt);
  const sin = Math.sin(head.tilt);
  const blur = 1.4 / size;
  const pixels = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const u = ((column + 0.5) / size) * 2 - 1;
      const v = ((row + 0.5) / size) * 2 - 1;
      const du = u - head.centre[0];
      const dv = v - head.centre[1];
      const x = (du * cos + dv * sin) / head.radii[0];
      const y = (-du * sin + dv * cos) / head.radii[1];
      const [body, brain, healthy] = tissueAt(head, x, y, blur / head.radii[0]);
      let value = healthy;
      if (brain > 0) {
        const across = (x - lesion.centre[0]) * head.radii[0];
        const along = (y - lesion.centre[1]) * head.radii[1];
        const [cover, sick] = lesionAt(lesion, across, along, head.tissues);
        value = mixValues(value, sick, cover * brain);
      }
      value =
        value * body * gain * (1 + shade[0] * u + shade[1] * v + shade[2] * (u * u + v * v - 0.6)) + lift;
      value = Math.max(0, value) ** gamma;
      // Magnitude images have Rician noise: the length of a vector with noise on both of its parts.
      const [inPhase, quadrature] = random.normalPair();
      const real = value + inPhase * noise;
      const imaginary = quadrature * noise;
      value = length(real, imaginary);
      pixels[row * size + column] = Math.min(255, Math.round(value * 255));
    }
  }
  return pixels;
}
