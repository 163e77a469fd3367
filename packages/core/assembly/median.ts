// Medians of square windows. The source has its border added already.

/** Median of three vectors of bytes. */
// @ts-ignore: decorator
@inline
function median3(a: v128, b: v128, c: v128): v128 {
  return i8x16.max_u(i8x16.min_u(a, b), i8x16.min_u(i8x16.max_u(a, b), c));
}

/**
 * Windows of 3 x 3: each column sorted, then the median of (largest minimum, median of medians, smallest maximum).
 */
export function median9(padded: usize, dst: usize, width: i32, height: i32, channels: i32): void {
  const count = width * channels;
  const stride = <usize>((width + 2) * channels);
  const step = <usize>channels;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < count; i += 16) {
      let at = padded + <usize>i;
      let lowest = i8x16.splat(0);
      let highest = i8x16.splat(-1);
      let m0 = lowest;
      let m1 = lowest;
      let m2 = lowest;
      for (let column = 0; column < 3; column++) {
        const a = v128.load(at);
        const b = v128.load(at + stride);
        const c = v128.load(at + 2 * stride);
        const low = i8x16.min_u(a, b);
        const high = i8x16.max_u(a, b);
        lowest = i8x16.max_u(lowest, i8x16.min_u(low, c));
        highest = i8x16.min_u(highest, i8x16.max_u(high, c));
        m0 = m1;
        m1 = m2;
        m2 = i8x16.max_u(low, i8x16.min_u(high, c));
        at += step;
      }
      v128.store(dst + <usize>i, median3(lowest, median3(m0, m1, m2), highest));
    }
    padded += stride;
    dst += <usize>count;
  }
}

/**
 * Windows of `size` x `size` up to 15: the median is found bit by bit, from the top, as the largest value that more
 * than half of the window reaches. Sixteen medians at a time; the counts fit a byte.
 */
export function medianByBits(padded: usize, dst: usize, width: i32, height: i32, channels: i32, size: i32): void {
  const count = width * channels;
  const stride = <usize>((width + size - 1) * channels);
  const step = <usize>channels;
  const half = i8x16.splat(<i8>((size * size) / 2));
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < count; i += 16) {
      let result = i8x16.splat(0);
      for (let bit = 128; bit > 0; bit >>= 1) {
        const candidate = v128.or(result, i8x16.splat(<i8>bit));
        let reached = i8x16.splat(0);
        let row = padded + <usize>i;
        for (let v = 0; v < size; v++) {
          let at = row;
          for (let u = 0; u < size; u++) {
            reached = i8x16.sub(reached, i8x16.ge_u(v128.load(at), candidate));
            at += step;
          }
          row += stride;
        }
        result = v128.bitselect(candidate, result, i8x16.gt_u(reached, half));
      }
      v128.store(dst + <usize>i, result);
    }
    padded += stride;
    dst += <usize>count;
  }
}

/** Any window: a histogram of each channel slides along the row. `counts`: 256 i32. */
export function medianByHistogram(
  padded: usize, dst: usize, width: i32, height: i32, channels: i32, size: i32, counts: usize,
): void {
  const stride = <usize>((width + size - 1) * channels);
  const step = <usize>channels;
  const half = (size * size) / 2;
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++) {
      memory.fill(counts, 0, 1024);
      const row = padded + <usize>y * stride + <usize>c;
      for (let u = 0; u < size - 1; u++) countColumn(row + <usize>u * step, stride, size, counts, 1);
      let median = 0;
      let below = 0; // how many of the window are below the median
      for (let x = 0; x < width; x++) {
        below += moveColumn(row + <usize>(x + size - 1) * step, stride, size, counts, 1, median);
        if (x == 0) below = countBelow(counts, median);
        while (below > half) {
          median--;
          below -= load<i32>(counts + (<usize>median << 2));
        }
        while (below + load<i32>(counts + (<usize>median << 2)) <= half) {
          below += load<i32>(counts + (<usize>median << 2));
          median++;
        }
        store<u8>(dst + <usize>((y * width + x) * channels + c), <u8>median);
        below += moveColumn(row + <usize>x * step, stride, size, counts, -1, median);
      }
    }
  }
}

function countColumn(at: usize, stride: usize, size: i32, counts: usize, amount: i32): void {
  for (let v = 0; v < size; v++) {
    const p = counts + (<usize>load<u8>(at) << 2);
    store<i32>(p, load<i32>(p) + amount);
    at += stride;
  }
}

/** As countColumn; returns by how much the number of values below `median` changed. */
function moveColumn(at: usize, stride: usize, size: i32, counts: usize, amount: i32, median: i32): i32 {
  let change = 0;
  for (let v = 0; v < size; v++) {
    const value = <i32>load<u8>(at);
    const p = counts + (<usize>value << 2);
    store<i32>(p, load<i32>(p) + amount);
    if (value < median) change += amount;
    at += stride;
  }
  return change;
}

function countBelow(counts: usize, value: i32): i32 {
  let sum = 0;
  for (let i = 0; i < value; i++) sum += load<i32>(counts + (<usize>i << 2));
  return sum;
}
