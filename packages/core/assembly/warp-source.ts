// What all warps of uint8 pictures share.

/** The picture that a warp looks up in. */
@unmanaged
export class WarpSource {
  pointer: usize;
  width: i32;
  height: i32;
  channels: i32;
  /** OpenCV's code. */
  border: i32;
  /** Sixteen bytes: the fill's, one a channel, again and again. */
  fill: usize;
}

/** A value, or the fill's where a position is -1. */
@inline
export function lookUp(s: WarpSource, x: i32, y: i32, channel: i32): i32 {
  if ((x | y) < 0) return <i32>load<u8>(s.fill + channel);
  return <i32>load<u8>(s.pointer + (y * s.width + x) * s.channels + channel);
}

/** Bits that are set for lanes outside 0..last; `last` is the same in all lanes. */
@inline
export function outside(position: v128, last: v128): v128 {
  return v128.or(position, i32x4.sub(last, position));
}

/**
 * Positions inside for positions within about one picture's width of it, by the border modes 1 to 4; farther ones
 * stay outside.
 */
@inline
export function foldIndex(position: v128, length: i32, mode: i32): v128 {
  const last = i32x4.splat(length - 1);
  if (mode == 1) return i32x4.max_s(i32x4.min_s(position, last), i32x4.splat(0));
  const negative = i32x4.shr_s(position, 31);
  if (mode == 3) {
    const period = i32x4.splat(length);
    const raised = i32x4.add(position, v128.and(negative, period));
    return i32x4.sub(raised, v128.and(i32x4.gt_s(raised, last), period));
  }
  if (mode == 2) {
    const mirrored = v128.xor(position, negative);
    return i32x4.min_s(mirrored, i32x4.sub(i32x4.splat(2 * length - 1), mirrored));
  }
  const mirrored = i32x4.abs(position);
  return i32x4.min_s(mirrored, i32x4.sub(i32x4.splat(2 * length - 2), mirrored));
}
