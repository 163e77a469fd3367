import { roundHalfEven } from "../image.ts";

const { fround } = Math;

/** H (0..179), S, V of a colour of bytes, 12 fractional bits inside, as OpenCV's COLOR_RGB2HSV. */
export function rgbToHsv(r: number, g: number, b: number): [number, number, number] {
  const top = Math.max(r, g, b);
  const span = top - Math.min(r, g, b);
  const perTop = top === 0 ? 0 : roundHalfEven(1044480 / top);
  const perSpan = span === 0 ? 0 : roundHalfEven(122880 / span);
  let offset: number;
  if (top === r) offset = g - b;
  else if (top === g) offset = b - r + 2 * span;
  else offset = r - g + 4 * span;
  const hue = (offset * perSpan + 2048) >> 12;
  return [hue < 0 ? hue + 180 : hue, (span * perTop + 2048) >> 12, top];
}

/** For each sixth of the circle, which of the four values below stands for R, G, B. */
const SECTORS = [
  [0, 3, 1],
  [2, 0, 1],
  [1, 0, 3],
  [1, 2, 0],
  [3, 1, 0],
  [0, 1, 2],
] as const;

/**
 * R, G, B of a colour given as H (0..179), S, V, into `out` from `at`: single precision, cut off to whole numbers,
 * as the vector code of OpenCV's COLOR_HSV2RGB does.
 */
export function hsvToRgb(h: number, s: number, v: number, out: Uint8Array, at: number): void {
  const turn = fround(h * fround(6 / 180));
  const sector = Math.floor(turn);
  const part = fround(turn - sector);
  const sf = fround(s * fround(1 / 255));
  const vf = fround(v * fround(1 / 255));
  const values = [
    vf,
    fround(vf * fround(1 - sf)),
    fround(vf * fround(1 - fround(sf * part))),
    fround(vf * fround(1 - fround(sf * fround(1 - part)))),
  ];
  for (let c = 0; c < 3; c++) out[at + c] = Math.floor(fround(values[SECTORS[sector][c]] * 255));
}

/** A byte and a shift, whose fraction is cut off first, clamped. */
export function shiftByte(value: number, shift: number): number {
  return Math.min(Math.max(value + Math.trunc(shift), 0), 255);
}
