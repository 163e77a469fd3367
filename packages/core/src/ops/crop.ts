import { translation } from "../geometry/matrix.ts";
import { bytesPerValue, createImage, type Image, type Shape, shapeOf } from "../image.ts";
import { defineOp, isOp, type OpFactory } from "../op.ts";
import { orient } from "./orient.ts";

/** The rectangle that is kept, in pixels. */
export interface CropParams {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Copies the rectangle's rows. `rowBytes` are the source's. */
function copyRows(
  params: CropParams,
  source: Uint8Array,
  rowBytes: number,
  pixelBytes: number,
  target: Uint8Array,
): void {
  const bytes = params.width * pixelBytes;
  for (let y = 0; y < params.height; y++) {
    const start = (params.y + y) * rowBytes + params.x * pixelBytes;
    target.set(source.subarray(start, start + bytes), y * bytes);
  }
}

const bytesOf = (image: Image) =>
  new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength);

const pixelBytes = (shape: Shape) => shape.channels * bytesPerValue(shape.dtype);

function copyOut(params: CropParams, image: Image, target: Uint8Array): void {
  const bytes = pixelBytes(shapeOf(image));
  copyRows(params, bytesOf(image), image.width * bytes, bytes, target);
}

/** The rectangle before a flip or quarter turn that becomes this one after it. */
function beforeOrient(
  crop: CropParams,
  params: { transpose: boolean; flipX: boolean; flipY: boolean },
  after: Shape,
) {
  const x = params.flipX ? after.width - crop.x - crop.width : crop.x;
  const y = params.flipY ? after.height - crop.y - crop.height : crop.y;
  const { width, height } = crop;
  return params.transpose ? { x: y, y: x, width: height, height: width } : { x, y, width, height };
}

/** Keeps a rectangle. Boxes and keypoints move with it; those outside are left to the filters. */
export const crop: OpFactory<CropParams> = defineOp({
  name: "crop",
  masks: true,
  outputShape: (params, shape) => ({ ...shape, width: params.width, height: params.height }),
  identity: (params, shape) =>
    params.x === 0 && params.y === 0 && params.width === shape.width && params.height === shape.height,
  bboxes: (params, boxes) =>
    boxes.map(({ xMin, yMin, xMax, yMax, row }) => ({
      xMin: xMin - params.x,
      yMin: yMin - params.y,
      xMax: xMax - params.x,
      yMax: yMax - params.y,
      row,
    })),
  keypoints: (params, points) =>
    points.map((point) => ({ ...point, x: point.x - params.x, y: point.y - params.y })),
  reference(params, image) {
    const result = createImage({ ...shapeOf(image), width: params.width, height: params.height });
    copyOut(params, image, bytesOf(result));
    return result;
  },
  kernel: {
    supports: () => true,
    run(params, call) {
      const { input, output, kernels } = call;
      const bytes = pixelBytes(input);
      kernels.copyRectangle(
        input.pointer + (params.y * input.width + params.x) * bytes,
        input.width * bytes,
        output.pointer,
        params.width * bytes,
        params.width * bytes,
        params.height,
      );
    },
    copyIn(params, image, target) {
      copyOut(params, image, target);
      return true;
    },
  },
  rules: [
    {
      level: "exact",
      rewrite(first, second) {
        if (!isOp(first, crop.definition) || !isOp(second, crop.definition)) return undefined;
        const { x, y, width, height } = second.params;
        return [crop({ x: first.params.x + x, y: first.params.y + y, width, height })];
      },
    },
    {
      // A crop goes in front of a flip: it then copies fewer pixels in, and meets other crops.
      level: "exact",
      rewrite(first, second, shape) {
        if (!isOp(first, orient.definition) || !isOp(second, crop.definition)) return undefined;
        const after = orient.definition.outputShape?.(first.params, shape) ?? shape;
        return [crop(beforeOrient(second.params, first.params, after)), first];
      },
    },
  ],
  geometry: ({ x, y, width, height }) => ({
    matrix: translation(-x, -y),
    width,
    height,
    resamples: false,
    cuts: true,
  }),
});
