// Convolutions of uint8 pictures in single precision. The source has its border added already (see surround.ts).

// @ts-ignore: decorator
@inline
function bytes(a: v128, b: v128, c: v128, d: v128): v128 {
  const magic = f32x4.splat(12582912); // 1.5 * 2^23: rounds half to even, the whole number is in the low bits
  const bits = i32x4.splat(0x4b400000);
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_s(i32x4.sub(f32x4.add(a, magic), bits), i32x4.sub(f32x4.add(b, magic), bits)),
    i16x8.narrow_i32x4_s(i32x4.sub(f32x4.add(c, magic), bits), i32x4.sub(f32x4.add(d, magic), bits)),
  );
}

// @ts-ignore: decorator
@inline
function toFloats(quad: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(quad));
}

/** One row: centre first, then pairs outwards, eight values at a time into f32. */
function convolveRow(src: usize, dst: usize, count: i32, channels: i32, kernel: usize, radius: i32): void {
  const centre = f32x4.splat(load<f32>(kernel));
  for (let i = 0; i < count; i += 8) {
    const at = src + <usize>i;
    let x = v128.load8x8_u(at);
    let low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(x)), centre);
    let high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(x)), centre);
    let offset: usize = 0;
    for (let t = 1; t <= radius; t++) {
      offset += <usize>channels;
      // Sums of two bytes are exact.
      x = i16x8.add(v128.load8x8_u(at - offset), v128.load8x8_u(at + offset));
      const k = v128.load32_splat(kernel + (<usize>t << 2));
      low = f32x4.add(low, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(x)), k));
      high = f32x4.add(high, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(x)), k));
    }
    v128.store(dst + (<usize>i << 2), low);
    v128.store(dst + (<usize>i << 2), high, 16);
  }
}

/** The columns of `rows` (addresses of 2 * radius + 1 rows of f32, u32 each): centre first, then pairs outwards. */
function convolveColumns(rows: usize, dst: usize, count: i32, kernel: usize, radius: i32, scale: f32): void {
  const middle = <usize>load<u32>(rows + (<usize>radius << 2));
  const centre = f32x4.splat(load<f32>(kernel));
  const s = f32x4.splat(scale);
  for (let i = 0; i < count; i += 16) {
    const at = <usize>i << 2;
    let a = f32x4.mul(v128.load(middle + at), centre);
    let b = f32x4.mul(v128.load(middle + at, 16), centre);
    let c = f32x4.mul(v128.load(middle + at, 32), centre);
    let d = f32x4.mul(v128.load(middle + at, 48), centre);
    for (let t = 1; t <= radius; t++) {
      const up = <usize>load<u32>(rows + (<usize>(radius - t) << 2)) + at;
      const down = <usize>load<u32>(rows + (<usize>(radius + t) << 2)) + at;
      const k = v128.load32_splat(kernel + (<usize>t << 2));
      a = f32x4.add(a, f32x4.mul(f32x4.add(v128.load(up), v128.load(down)), k));
      b = f32x4.add(b, f32x4.mul(f32x4.add(v128.load(up, 16), v128.load(down, 16)), k));
      c = f32x4.add(c, f32x4.mul(f32x4.add(v128.load(up, 32), v128.load(down, 32)), k));
      d = f32x4.add(d, f32x4.mul(f32x4.add(v128.load(up, 48), v128.load(down, 48)), k));
    }
    v128.store(dst + <usize>i, bytes(f32x4.mul(a, s), f32x4.mul(b, s), f32x4.mul(c, s), f32x4.mul(d, s)));
  }
}

/**
 * Convolution with a symmetric kernel in both directions, times `scale`, rounded and clamped. `padded` is the
 * picture with `radius` pixels of border; `kernel` holds radius + 1 weights from the centre outwards (f32).
 * `ring`: working memory of (2 * radius + 1) rows of (width * channels + 16) f32; `rows`: of 2 * radius + 1 u32.
 */
export function convolveSeparable(
  padded: usize, dst: usize, width: i32, height: i32, channels: i32, kernel: usize, radius: i32, scale: f32,
  ring: usize, rows: usize,
): void {
  const count = width * channels;
  const size = 2 * radius + 1;
  const stride = <usize>((width + 2 * radius) * channels);
  const rowBytes = <usize>((count + 16) << 2);
  const left = <usize>(radius * channels);
  for (let y = 0; y < size - 1; y++) {
    convolveRow(padded + <usize>y * stride + left, ring + <usize>y * rowBytes, count, channels, kernel, radius);
  }
  for (let y = 0; y < height; y++) {
    const newest = y + size - 1;
    convolveRow(
      padded + <usize>newest * stride + left,
      ring + <usize>(newest % size) * rowBytes,
      count, channels, kernel, radius,
    );
    for (let i = 0; i < size; i++) {
      store<u32>(rows + (<usize>i << 2), <u32>(ring + <usize>((y + i) % size) * rowBytes));
    }
    convolveColumns(rows, dst + <usize>(y * count), count, kernel, radius, scale);
  }
}

/**
 * Convolution (correlation, as OpenCV's filter2D) with a square kernel of `size` rows of f32, row by row, rounded
 * and clamped. `padded` is the picture with size / 2 pixels of border.
 */
export function convolve(
  padded: usize, dst: usize, width: i32, height: i32, channels: i32, kernel: usize, size: i32,
): void {
  const count = width * channels;
  const stride = <usize>((width + size - 1) * channels);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < count; i += 16) {
      let a = f32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      let k = kernel;
      let row = padded + <usize>i;
      for (let v = 0; v < size; v++) {
        let at = row;
        for (let u = 0; u < size; u++) {
          const x = v128.load(at);
          const weight = v128.load32_splat(k);
          const low = i16x8.extend_low_i8x16_u(x);
          const high = i16x8.extend_high_i8x16_u(x);
          a = f32x4.add(a, f32x4.mul(toFloats(low), weight));
          b = f32x4.add(b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), weight));
          c = f32x4.add(c, f32x4.mul(toFloats(high), weight));
          d = f32x4.add(d, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), weight));
          at += <usize>channels;
          k += 4;
        }
        row += stride;
      }
      v128.store(dst + <usize>i, bytes(a, b, c, d));
    }
    padded += stride;
    dst += <usize>count;
  }
}
