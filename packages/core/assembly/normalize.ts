// Bytes to f32 through tables of 256 values.

/** `dst[i] = tables[channel][src[i]]`, one table of 256 f32 for each channel of interleaved pixels. */
export function lookupFloats(src: usize, dst: usize, pixels: i32, channels: i32, tables: usize): void {
  if (channels == 3) {
    for (let i = 0; i < pixels; i++) {
      store<f32>(dst, load<f32>(tables + (<usize>load<u8>(src) << 2)));
      store<f32>(dst, load<f32>(tables + (<usize>load<u8>(src, 1) << 2), 1024), 4);
      store<f32>(dst, load<f32>(tables + (<usize>load<u8>(src, 2) << 2), 2048), 8);
      src += 3;
      dst += 12;
    }
    return;
  }
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      store<f32>(dst, load<f32>(tables + <usize>(c << 10) + (<usize>load<u8>(src) << 2)));
      src++;
      dst += 4;
    }
  }
}
