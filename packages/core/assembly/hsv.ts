// RGB to hue, saturation, value (8 bits, hue in half degrees), shifts of the three, and back.
import { held, heldFloat, heldVector } from "./held";

/** 1.5 * 2^23: adding it rounds half to even and leaves the whole number in the low bits. */
const MAGIC: f32 = 12582912;
const MAGIC_BITS = 0x4b400000;

/** value + shift within 0..255. */
// @ts-ignore: decorator
@inline
function shifted(value: v128, shift: v128, top: v128): v128 {
  return i32x4.min_s(i32x4.max_s(i32x4.add(value, shift), i32x4.splat(0)), top);
}

/** A share within 0..1. */
// @ts-ignore: decorator
@inline
function share(value: v128, one: v128): v128 {
  return f32x4.pmin(one, f32x4.pmax(f32x4.splat(0), value));
}

/**
 * A channel that lacks `lacking` of the colour's saturation, as the lowest byte of a number whose upper half is that
 * of MAGIC_BITS: cut off to whole numbers, as OpenCV's vector code does.
 */
// @ts-ignore: decorator
@inline
function channel(lacking: v128, s: v128, v: v128, one: v128, white: v128, magic: v128): v128 {
  const value = f32x4.mul(v, f32x4.sub(one, f32x4.mul(s, lacking)));
  return f32x4.add(f32x4.floor(f32x4.mul(value, white)), magic);
}

/** The shifts are whole numbers, `hueShift` from 0 to 179. `dst` may be `src`. Reads up to 16 bytes beyond the end. */
export function shiftHsv(
  src: usize, dst: usize, pixels: i32, hueShift: i32, saturationShift: i32, valueShift: i32,
): void {
  const zero = i32x4.splat(0);
  const one = heldFloat(1);
  const three = heldFloat(3);
  const five = heldFloat(5);
  const white = heldFloat(255);
  const magic = heldFloat(MAGIC);
  const bits = held(MAGIC_BITS);
  const least = held(1);
  const top255 = held(255);
  const half = held(2048);
  const perTop = heldFloat(1044480);
  const perSpan = heldFloat(122880);
  const circle = held(180);
  const last = held(179);
  const hueStep = held(hueShift);
  const saturationStep = held(saturationShift);
  const valueStep = held(valueShift);
  const perSixth = heldFloat(<f32>6 / <f32>180);
  const perByte = heldFloat(<f32>1 / <f32>255);
  const upper = held(MAGIC_BITS & 0xff0000);
  const reds = heldVector(i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1));
  const greens = heldVector(i8x16(1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 10, -1, -1, -1));
  const blues = heldVector(i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
  const packing = heldVector(i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  for (let i = 0; i < pixels; i += 4) {
    const rgb = v128.load(src);
    src += 12;
    const r = i8x16.swizzle(rgb, reds);
    const g = i8x16.swizzle(rgb, greens);
    const b = i8x16.swizzle(rgb, blues);
    let v = i32x4.max_s(i32x4.max_s(r, g), b);
    const span = i32x4.sub(v, i32x4.min_s(i32x4.min_s(r, g), b));

    const byTop = f32x4.div(perTop, f32x4.convert_i32x4_s(i32x4.max_s(v, least)));
    const bySpan = f32x4.div(perSpan, f32x4.convert_i32x4_s(i32x4.max_s(span, least)));
    let s = i32x4.mul(span, i32x4.sub(f32x4.add(byTop, magic), bits));
    s = i32x4.shr_s(i32x4.add(s, half), 12);
    const twice = i32x4.add(span, span);
    let offset = v128.bitselect(
      i32x4.add(i32x4.sub(b, r), twice),
      i32x4.add(i32x4.sub(r, g), i32x4.add(twice, twice)),
      i32x4.eq(v, g),
    );
    offset = v128.bitselect(i32x4.sub(g, b), offset, i32x4.eq(v, r));
    let h = i32x4.mul(offset, i32x4.sub(f32x4.add(bySpan, magic), bits));
    h = i32x4.shr_s(i32x4.add(h, half), 12);
    h = i32x4.add(h, v128.and(i32x4.shr_s(h, 31), circle));
    h = i32x4.add(h, hueStep);
    h = i32x4.sub(h, v128.and(i32x4.gt_s(h, last), circle));

    if (saturationShift != 0) s = v128.andnot(shifted(s, saturationStep, top255), i32x4.eq(s, zero));
    if (valueShift != 0) v = shifted(v, valueStep, top255);

    // What a channel lacks of the saturation rises and falls with the hue in sixths of the circle: red lacks nothing
    // up to 1 and from 5, all from 2 to 4; green and blue are a third of the circle further each. These differences
    // are exact wherever they are between 0 and 1.
    const turn = f32x4.mul(f32x4.convert_i32x4_s(h), perSixth);
    const sf = f32x4.mul(f32x4.convert_i32x4_s(s), perByte);
    const vf = f32x4.mul(f32x4.convert_i32x4_s(v), perByte);
    const redLacks = share(f32x4.pmin(f32x4.sub(turn, one), f32x4.sub(five, turn)), one);
    const greenLacks = share(f32x4.pmax(f32x4.sub(one, turn), f32x4.sub(turn, three)), one);
    const blueLacks = share(f32x4.pmax(f32x4.sub(three, turn), f32x4.sub(turn, five)), one);
    const red = channel(redLacks, sf, vf, one, white, magic);
    const green = channel(greenLacks, sf, vf, one, white, magic);
    const blue = channel(blueLacks, sf, vf, one, white, magic);
    // Each adds to its own byte: what they have above it falls out of the vector, or is taken off, or is not stored.
    const packed = v128.or(v128.or(v128.xor(red, upper), i32x4.shl(green, 8)), i32x4.shl(blue, 16));
    const bytes = i8x16.swizzle(packed, packing);
    v128.store64_lane(dst, bytes, 0);
    v128.store32_lane(dst, bytes, 2, 8);
    dst += 12;
  }
}
