/** Pictures side by side in one, and marks on a picture: what the examples need to show their results. */
import { A, type nn } from "aumento";

type Colour = readonly [number, number, number];

/** Rows of RGB pictures of one size as one picture, on white. */
export function sheet(rows: readonly (readonly A.Image[])[], gap = 6): A.Image {
  const { width, height } = rows[0][0];
  const columns = Math.max(...rows.map((row) => row.length));
  const whole = A.createImage({
    width: columns * (width + gap) + gap,
    height: rows.length * (height + gap) + gap,
    channels: 3,
    dtype: "uint8",
  });
  whole.data.fill(255);
  rows.forEach((row, down) => {
    row.forEach((picture, across) => {
      for (let y = 0; y < height; y++) {
        const line = picture.data.subarray(y * width * 3, (y + 1) * width * 3);
        const [left, top] = [gap + across * (width + gap), gap + down * (height + gap) + y];
        whole.data.set(line, (top * whole.width + left) * 3);
      }
    });
  });
  return whole;
}

/** Pictures of bytes [n, height, width, 3], as a network gives them, in rows of so many. */
export function rowsOf({ data, shape }: nn.Tensor, columns: number): A.Image[][] {
  const [n, height, width, channels] = shape;
  const length = height * width * channels;
  return Array.from({ length: Math.ceil(n / columns) }, (_, row) =>
    Array.from({ length: Math.min(columns, n - row * columns) }, (_, column) => {
      const start = (row * columns + column) * length;
      return { data: Uint8Array.from(data.subarray(start, start + length)), width, height, channels };
    }),
  );
}

function dot(image: A.Image, x: number, y: number, colour: Colour): void {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (column < 0 || row < 0 || column >= image.width || row >= image.height) return;
  image.data.set(colour, (row * image.width + column) * 3);
}

/** A copy with boxes (pascal_voc) in yellow, keypoints (xy) in red, and the mask's inside tinted blue. */
export function marked({ image, mask, bboxes = [], keypoints = [] }: A.Sample): A.Image {
  const copy = { ...image, data: image.data.slice() };
  if (mask) {
    for (let pixel = 0; pixel < mask.data.length; pixel++) {
      if (mask.data[pixel] > 0) copy.data[pixel * 3 + 2] = Math.min(255, copy.data[pixel * 3 + 2] + 80);
    }
  }
  for (const [left, top, right, bottom] of bboxes) {
    for (let x = left; x <= right; x++) {
      for (const y of [top, top + 1, bottom - 1, bottom - 2]) dot(copy, x, y, [255, 220, 0]);
    }
    for (let y = top; y <= bottom; y++) {
      for (const x of [left, left + 1, right - 1, right - 2]) dot(copy, x, y, [255, 220, 0]);
    }
  }
  for (const [x, y] of keypoints) {
    for (let down = -3; down <= 3; down++) {
      for (let across = -3; across <= 3; across++) dot(copy, x + across, y + down, [255, 0, 0]);
    }
  }
  return copy;
}
