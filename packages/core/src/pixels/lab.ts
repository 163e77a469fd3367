/**
 * RGB to CIE L*a*b* and back for 8 bits a channel: L* scaled from 0..100 to 0..255, a* and b* with 128 added. The
 * formulas are CIE's (1976, D65) and sRGB's; the widths of the fixed-point numbers and the roundings are chosen so
 * that results equal those of OpenCV's COLOR_RGB2Lab and COLOR_Lab2RGB for every colour.
 */

/** Shares of R, G, B in X, Y, Z, each row divided by the white point, 12 fractional bits. */
const TO_XYZ = [
  [1777, 1541, 778],
  [871, 2929, 296],
  [73, 448, 3575],
] as const;

/** X, Y, Z (times the white point) in R, G, B, 12 fractional bits. */
const FROM_XYZ = [
  [12615, -6296, -2223],
  [-3773, 7684, 185],
  [217, -836, 4715],
] as const;

const ONE = 1 << 14;

/** An sRGB byte as linear light, 0..255 with three fractional bits. */
function linearLight(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, i) => {
    const value = i / 255;
    const linear = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return Math.round(255 * 8 * linear);
  });
}

/** f(t) of L*a*b* with 15 fractional bits, for t = i / 2040 up to 1.5. */
function roots(): Uint32Array {
  const table = Uint32Array.from({ length: 3072 }, (_, i) => {
    const t = i / (255 * 8);
    return Math.round(32768 * (t < 216 / 24389 ? (t * 841) / 108 + 16 / 116 : Math.cbrt(t)));
  });
  // OpenCV fills its table in single precision, where these two fall on the other side of a half.
  table[49] = 9454;
  table[628] = 22126;
  return table;
}

/** For each L: f(Y), 14 fractional bits, and Y's shares in R, G, B with the rounding of the sum, 28 fractional bits. */
function luminance(): Int32Array {
  const table = new Int32Array(4 * 256);
  for (let l = 0; l < 256; l++) {
    const f = (l * 100 * ONE) / (255 * 116) + (16 * ONE) / 116;
    const dark = l <= 20;
    table[4 * l] = Math.round(dark ? ONE * (16 / 116 + (l * 5) / (3 * 17 * 29)) : f);
    const y = Math.round(dark ? (l * ONE * 180) / (17 * 29 ** 3) : f ** 3 / ONE ** 2);
    for (let row = 0; row < 3; row++) table[4 * l + 1 + row] = FROM_XYZ[row][1] * y + 8192;
  }
  return table;
}

/** Linear light in 1/4096 to an sRGB byte. */
function gamma(): Uint8Array {
  return Uint8Array.from({ length: 4096 }, (_, i) => {
    const value = i / 4096;
    return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
  });
}

/** For each of R, G, B and each byte its shares in X, Y, Z (and 0), R's with the rounding of the sum. */
function contributions(): Int32Array {
  const linear = linearLight();
  const table = new Int32Array(3 * 256 * 4);
  for (let channel = 0; channel < 3; channel++) {
    for (let value = 0; value < 256; value++) {
      for (let row = 0; row < 3; row++) {
        const rounding = channel === 0 ? 2048 : 0;
        table[(channel * 256 + value) * 4 + row] = linear[value] * TO_XYZ[row][channel] + rounding;
      }
    }
  }
  return table;
}

/** The tables, in the layout that the kernels read. */
export interface LabTables {
  readonly contributions: Int32Array;
  readonly roots: Uint32Array;
  readonly luminance: Int32Array;
  readonly gamma: Uint8Array;
}

let tables: LabTables | undefined;

/** The tables, made when first needed. */
export function labTables(): LabTables {
  tables ??= { contributions: contributions(), roots: roots(), luminance: luminance(), gamma: gamma() };
  return tables;
}

/** L, a, b of a colour, into `out` from `at`. */
export function rgbToLab(
  r: number,
  g: number,
  b: number,
  out: Uint8Array | Uint8ClampedArray,
  at: number,
): void {
  const { contributions, roots } = labTables();
  const f = [0, 1, 2].map((row) => {
    const sum =
      contributions[r * 4 + row] + contributions[(256 + g) * 4 + row] + contributions[(512 + b) * 4 + row];
    return roots[sum >> 12];
  });
  out[at] = (296 * f[1] - 1336935 + 16384) >> 15;
  out[at + 1] = clampByte((500 * (f[0] - f[1]) + 128 * 32768 + 16384) >> 15);
  out[at + 2] = clampByte((200 * (f[1] - f[2]) + 128 * 32768 + 16384) >> 15);
}

function clampByte(value: number): number {
  return Math.min(Math.max(value, 0), 255);
}

/** f(X) or f(Z), 14 fractional bits, to X or Z: its cube, or the line below 6/29. */
function cube(f: number): number {
  if (f <= 3390) return Math.trunc((f * 108) / 841) - 290;
  return (((f * f) >> 14) * f) >> 14;
}

/** R, G, B of a colour given as L, a, b, into `out` from `at`. */
export function labToRgb(l: number, a: number, b: number, out: Uint8Array, at: number): void {
  const { luminance, gamma } = labTables();
  const f = luminance[4 * l];
  // (a - 128) / 500 and (b - 128) / 200 with 14 fractional bits.
  const x = cube(f + ((5 * a * 53687 + 128) >> 13) - 4194);
  const z = cube(f - (((b * 41943 + 16) >> 9) - 10484));
  for (let row = 0; row < 3; row++) {
    const [cx, , cz] = FROM_XYZ[row];
    const linear = (cx * x + cz * z + luminance[4 * l + 1 + row]) >> 14;
    out[at + row] = gamma[Math.min(Math.max(linear, 0), 4095)];
  }
}
