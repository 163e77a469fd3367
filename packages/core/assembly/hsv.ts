// RGB to hue, saturation, value (8 bits, hue in half degrees), shifts of the three, and back.

const MAGIC: f32 = 12582912;

// @ts-ignore: decorator
@inline
function rounded(value: v128): v128 {
  return i32x4.sub(f32x4.add(value, f32x4.splat(MAGIC)), i32x4.splat(0x4b400000));
}

/** value + shift within 0..255. */
// @ts-ignore: decorator
@inline
function shifted(value: v128, shift: i32): v128 {
  return i32x4.min_s(i32x4.max_s(i32x4.add(value, i32x4.splat(shift)), i32x4.splat(0)), i32x4.splat(255));
}

/** A channel in 0..1 to a byte, cut off as OpenCV's vector code does. */
// @ts-ignore: decorator
@inline
function toByte(value: v128): v128 {
  return rounded(f32x4.floor(f32x4.mul(value, f32x4.splat(255))));
}

/** The shifts are whole numbers, `hueShift` from 0 to 179. `dst` may be `src`. Reads up to 16 bytes beyond the end. */
export function shiftHsv(
  src: usize, dst: usize, pixels: i32, hueShift: i32, saturationShift: i32, valueShift: i32,
): void {
  const zero = i32x4.splat(0);
  const one = f32x4.splat(1);
  const half = i32x4.splat(2048);
  for (let i = 0; i < pixels; i += 4) {
    const rgb = v128.load(src);
    src += 12;
    const r = i8x16.shuffle(rgb, zero, 0, 16, 16, 16, 3, 16, 16, 16, 6, 16, 16, 16, 9, 16, 16, 16);
    const g = i8x16.shuffle(rgb, zero, 1, 16, 16, 16, 4, 16, 16, 16, 7, 16, 16, 16, 10, 16, 16, 16);
    const b = i8x16.shuffle(rgb, zero, 2, 16, 16, 16, 5, 16, 16, 16, 8, 16, 16, 16, 11, 16, 16, 16);
    const top = i32x4.max_s(i32x4.max_s(r, g), b);
    const span = i32x4.sub(top, i32x4.min_s(i32x4.min_s(r, g), b));

    const perTop = rounded(f32x4.div(f32x4.splat(1044480), f32x4.convert_i32x4_s(i32x4.max_s(top, i32x4.splat(1)))));
    let s = i32x4.shr_s(i32x4.add(i32x4.mul(span, perTop), half), 12);
    const perSpan = rounded(f32x4.div(f32x4.splat(122880), f32x4.convert_i32x4_s(i32x4.max_s(span, i32x4.splat(1)))));
    const twice = i32x4.shl(span, 1);
    let offset = v128.bitselect(
      i32x4.add(i32x4.sub(b, r), twice),
      i32x4.add(i32x4.sub(r, g), i32x4.shl(span, 2)),
      i32x4.eq(top, g),
    );
    offset = v128.bitselect(i32x4.sub(g, b), offset, i32x4.eq(top, r));
    let h = i32x4.shr_s(i32x4.add(i32x4.mul(offset, perSpan), half), 12);
    h = i32x4.add(h, v128.and(i32x4.lt_s(h, zero), i32x4.splat(180)));
    h = i32x4.add(h, i32x4.splat(hueShift));
    h = i32x4.sub(h, v128.and(i32x4.gt_s(h, i32x4.splat(179)), i32x4.splat(180)));

    if (saturationShift != 0) s = v128.andnot(shifted(s, saturationShift), i32x4.eq(s, zero));
    let v = top;
    if (valueShift != 0) v = shifted(v, valueShift);

    const turn = f32x4.mul(f32x4.convert_i32x4_s(h), f32x4.splat(<f32>6 / <f32>180));
    const sector = f32x4.floor(turn);
    const part = f32x4.sub(turn, sector);
    const sf = f32x4.mul(f32x4.convert_i32x4_s(s), f32x4.splat(<f32>1 / <f32>255));
    const vf = f32x4.mul(f32x4.convert_i32x4_s(v), f32x4.splat(<f32>1 / <f32>255));
    const v0 = toByte(vf);
    const v1 = toByte(f32x4.mul(vf, f32x4.sub(one, sf)));
    const v2 = toByte(f32x4.mul(vf, f32x4.sub(one, f32x4.mul(sf, part))));
    const v3 = toByte(f32x4.mul(vf, f32x4.sub(one, f32x4.mul(sf, f32x4.sub(one, part)))));

    const is0 = f32x4.lt(turn, one);
    const below2 = f32x4.lt(turn, f32x4.splat(2));
    const below3 = f32x4.lt(turn, f32x4.splat(3));
    const below4 = f32x4.lt(turn, f32x4.splat(4));
    const below5 = f32x4.lt(turn, f32x4.splat(5));
    // Sector by sector: red v0 v2 v1 v1 v3 v0, green v3 v0 v0 v2 v1 v1, blue v1 v1 v3 v0 v0 v2.
    let red = v128.bitselect(v3, v0, below5);
    red = v128.bitselect(v1, red, below4);
    red = v128.bitselect(v2, red, below2);
    red = v128.bitselect(v0, red, is0);
    let green = v128.bitselect(v2, v1, below4);
    green = v128.bitselect(v0, green, below3);
    green = v128.bitselect(v3, green, is0);
    let blue = v128.bitselect(v0, v2, below5);
    blue = v128.bitselect(v3, blue, below3);
    blue = v128.bitselect(v1, blue, below2);

    const packed = v128.or(v128.or(red, i32x4.shl(green, 8)), i32x4.shl(blue, 16));
    const bytes = i8x16.shuffle(packed, packed, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);
    v128.store64_lane(dst, bytes, 0);
    v128.store32_lane(dst, bytes, 2, 8);
    dst += 12;
  }
}
