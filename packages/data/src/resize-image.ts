import type { Image } from "@aumento/core";

/** Bilinear or nearest resizing with pixel centres at halves; every method but "nearest" is taken as bilinear. */
export function resizeImage(image: Image, width: number, height: number, interpolation: string): Image {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  const nearest = interpolation === "nearest";
  const axis = (from: number, to: number) =>
    Array.from({ length: to }, (_, i) => {
      if (nearest) return [Math.floor((i * from) / to), Math.floor((i * from) / to), 0];
      const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
      const low = Math.floor(at);
      return [low, Math.min(from - 1, low + 1), at - low];
    });
  const columns = axis(image.width, width);
  for (const [y, [top, bottom, fy]] of axis(image.height, height).entries()) {
    for (let x = 0; x < width; x++) {
      const [left, right, fx] = columns[x];
      for (let c = 0; c < channels; c++) {
        const at = (row: number, column: number) => image.data[(row * image.width + column) * channels + c];
        const upper = at(top, left) * (1 - fx) + at(top, right) * fx;
        const lower = at(bottom, left) * (1 - fx) + at(bottom, right) * fx;
        data[(y * width + x) * channels + c] = Math.round(upper * (1 - fy) + lower * fy);
      }
    }
  }
  return { data, width, height, channels };
}
