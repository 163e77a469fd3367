/** Random numbers for the drawings: a stream that depends on its key and on nothing else. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A number in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number in [0, n). */
  integer(n: number): number;
  /** A number of the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /** Two independent numbers of that distribution, for half the price. */
  normalPair(): [number, number];
  /** True with probability p. */
  chance(p: number): boolean;
  /** One of the values. */
  pick<T>(values: readonly T[]): T;
}

/** 32-bit avalanche (the finaliser of MurmurHash3): every input bit moves every output bit. */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The stream of a key such as (seed, "survival", "train", 17): the sfc32 generator, seeded by a hash of the key. */
export function randomFor(...key: (string | number)[]): Random {
  let hash = 0x9e3779b9;
  for (const character of key.join("\u0000"))
    hash = mix(hash ^ Math.imul(character.codePointAt(0)!, 0x01000193));
  let a = hash;
  let b = mix(hash ^ 0x243f6a88);
  let c = mix(hash ^ 0x85a308d3);
  let counter = 1;
  const draw = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) draw();
  const normalPair = (): [number, number] => {
    const radius = Math.sqrt(-2 * Math.log(1 - draw()));
    const angle = 2 * Math.PI * draw();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
  return {
    next: draw,
    uniform: (low, high) => low + (high - low) * draw(),
    integer: (n) => Math.floor(draw() * n),
    normal: () => normalPair()[0],
    normalPair,
    chance: (p) => draw() < p,
    pick: (values) => values[Math.floor(draw() * values.length)],
  };
}

const lattice = (seed: number, x: number, y: number) =>
  mix(seed ^ Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1)) / 4294967296;

const ease = (t: number) => t * t * t * (t * (t * 6 - 15) + 10);

/** Smooth noise in [0, 1] over the plane: lattice values one unit apart, interpolated with Perlin's quintic. */
export function valueNoise(seed: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const tx = ease(x - left);
  const ty = ease(y - top);
  const above = lattice(seed, left, top) * (1 - tx) + lattice(seed, left + 1, top) * tx;
  const below = lattice(seed, left, top + 1) * (1 - tx) + lattice(seed, left + 1, top + 1) * tx;
  return above * (1 - ty) + below * ty;
}

/** Value noise of several octaves, each twice as fine and half as strong, in [0, 1]. */
export function fractalNoise(seed: number, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0;
  for (let octave = 0, scale = 1, strength = 1; octave < octaves; octave++, scale *= 2, strength /= 2) {
    sum += strength * valueNoise(seed + octave * 7919, x * scale, y * scale);
    weight += strength;
  }
  return sum / weight;
}
