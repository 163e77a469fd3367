// Flips, transposition and quarter turns of pixels of any size in bytes.

/** Reverses the order of `width` pixels of 1 byte. */
@inline
function mirrorRow1(source: usize, target: usize, width: i32): void {
  let x = 0;
  for (; x + 16 <= width; x += 16) {
    const v = v128.load(source + width - 16 - x);
    v128.store(target + x, i8x16.shuffle(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  }
  for (; x < width; x++) store<u8>(target + x, load<u8>(source + width - 1 - x));
}

/** Reverses the order of pixels of 3 bytes, five at a time: a vector holds fifteen bytes of use. */
@inline
function mirrorRow3(source: usize, target: usize, width: i32): void {
  let x = 0;
  // The last vector stores one byte too many, which the next one or the loop below overwrites.
  for (; x + 6 <= width; x += 5) {
    const v = v128.load(source + (width - 5 - x) * 3);
    v128.store(
      target + x * 3,
      i8x16.shuffle(v, v, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2, 15),
    );
  }
  for (; x < width; x++) copyPixel(source + (width - 1 - x) * 3, target + x * 3, 3);
}

/** Reverses the order of pixels of 4 bytes. */
@inline
function mirrorRow4(source: usize, target: usize, width: i32): void {
  let x = 0;
  for (; x + 4 <= width; x += 4) {
    const v = v128.load(source + (width - 4 - x) * 4);
    v128.store(target + x * 4, i8x16.shuffle(v, v, 12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
  }
  for (; x < width; x++) store<u32>(target + x * 4, load<u32>(source + (width - 1 - x) * 4));
}

@inline
function copyPixel(source: usize, target: usize, bytes: i32): void {
  if (bytes == 1) store<u8>(target, load<u8>(source));
  else if (bytes == 2) store<u16>(target, load<u16>(source));
  else if (bytes == 3) {
    store<u16>(target, load<u16>(source));
    store<u8>(target, load<u8>(source, 2), 2);
  } else if (bytes == 4) store<u32>(target, load<u32>(source));
  else if (bytes == 8) store<u64>(target, load<u64>(source));
  else if (bytes == 16) v128.store(target, v128.load(source));
  else memory.copy(target, source, bytes);
}

@inline
function mirrorRow(source: usize, target: usize, width: i32, bytes: i32): void {
  if (bytes == 1) mirrorRow1(source, target, width);
  else if (bytes == 3) mirrorRow3(source, target, width);
  else if (bytes == 4) mirrorRow4(source, target, width);
  else for (let x = 0; x < width; x++) copyPixel(source + (width - 1 - x) * bytes, target + x * bytes, bytes);
}

/**
 * Transposed (if `transpose`), then mirrored left to right (`flipX`) and top to bottom (`flipY`). `width` and
 * `height` are the source's; `bytes` those of a pixel.
 */
export function orient(
  source: usize,
  target: usize,
  width: i32,
  height: i32,
  bytes: i32,
  transpose: i32,
  flipX: i32,
  flipY: i32,
): void {
  const stride = width * bytes;
  if (!transpose) {
    for (let y = 0; y < height; y++) {
      const row = target + (flipY ? height - 1 - y : y) * stride;
      if (flipX) mirrorRow(source + y * stride, row, width, bytes);
      else memory.copy(row, source + y * stride, stride);
    }
    return;
  }
  // Target row = source column. Blocks keep both sides' cache lines in use.
  const targetStride = height * bytes;
  for (let blockY = 0; blockY < height; blockY += 32) {
    const endY = min(blockY + 32, height);
    for (let blockX = 0; blockX < width; blockX += 32) {
      const endX = min(blockX + 32, width);
      for (let x = blockX; x < endX; x++) {
        const row = target + (flipY ? width - 1 - x : x) * targetStride;
        for (let y = blockY; y < endY; y++) {
          copyPixel(
            source + y * stride + x * bytes,
            row + (flipX ? height - 1 - y : y) * bytes,
            bytes,
          );
        }
      }
    }
  }
}
