// Pictures with a border around them, for the neighbourhood kernels.
import { borderIndex } from "./border-index";

/**
 * The picture with `radius` pixels more on each side, filled as the border `mode` says (see borderIndex).
 */
export function surround(
  src: usize, dst: usize, width: i32, height: i32, channels: i32, radius: i32, mode: i32,
): void {
  const rowBytes = <usize>(width * channels);
  for (let y = -radius; y < height + radius; y++) {
    const from = src + <usize>borderIndex(y, height, mode) * rowBytes;
    for (let x = -radius; x < 0; x++) {
      const pixel = from + <usize>(borderIndex(x, width, mode) * channels);
      for (let c = 0; c < channels; c++) store<u8>(dst++, load<u8>(pixel + <usize>c));
    }
    memory.copy(dst, from, rowBytes);
    dst += rowBytes;
    for (let x = width; x < width + radius; x++) {
      const pixel = from + <usize>(borderIndex(x, width, mode) * channels);
      for (let c = 0; c < channels; c++) store<u8>(dst++, load<u8>(pixel + <usize>c));
    }
  }
}
