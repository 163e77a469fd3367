import { borderIndex } from "../geometry/border.ts";
import { type Padding, reflectBoxes, reflectKeypoints, touching } from "../geometry/reflect.ts";
import { bytesPerValue, createImage, type Image, type Role, type Size, saturate, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { type BorderMode, borderModeCodes, type Fill, fillValue } from "../params/sampling.ts";

/** Pixels added on each side, and what they hold. */
export interface PadParams extends Padding {
  readonly borderMode: BorderMode;
  readonly fill: Fill;
  readonly fillMask: Fill;
}

function padded(params: Padding, size: Size): Size {
  return {
    width: size.width + params.left + params.right,
    height: size.height + params.top + params.bottom,
  };
}

const isReflecting = (params: PadParams) =>
  params.borderMode === "reflect" || params.borderMode === "reflect_101";

const fillOf = (params: PadParams, role: Role) => (role === "mask" ? params.fillMask : params.fill);

function reference(params: PadParams, image: Image, role: Role): Image {
  const shape = shapeOf(image);
  const result = createImage({ ...shape, ...padded(params, shape) });
  const { width, height, channels } = result;
  for (let y = 0; y < height; y++) {
    const row = borderIndex(y - params.top, image.height, params.borderMode);
    for (let x = 0; x < width; x++) {
      const column = borderIndex(x - params.left, image.width, params.borderMode);
      const outside = row < 0 || column < 0;
      for (let c = 0; c < channels; c++) {
        result.data[(y * width + x) * channels + c] = outside
          ? saturate(fillValue(fillOf(params, role), c), shape.dtype)
          : image.data[(row * image.width + column) * channels + c];
      }
    }
  }
  return result;
}

/** Adds a border. A reflecting one adds mirror images of boxes and keypoints too, as Albumentations does. */
export const pad: OpFactory<PadParams> = defineOp({
  name: "pad",
  masks: true,
  outputShape: (params, shape) => ({ ...shape, ...padded(params, shape) }),
  identity: ({ top, bottom, left, right }) => top === 0 && bottom === 0 && left === 0 && right === 0,
  bboxes(params, boxes, size) {
    const all = isReflecting(params) ? reflectBoxes(boxes, params, size) : boxes;
    const moved = all.map(({ xMin, yMin, xMax, yMax, row }) => ({
      xMin: xMin + params.left,
      yMin: yMin + params.top,
      xMax: xMax + params.left,
      yMax: yMax + params.top,
      row,
    }));
    return isReflecting(params) ? touching(moved, padded(params, size)) : moved;
  },
  keypoints(params, points, size) {
    const all = isReflecting(params) ? reflectKeypoints(points, params, size) : points;
    const moved = all.map((point) => ({ ...point, x: point.x + params.left, y: point.y + params.top }));
    if (!isReflecting(params)) return moved;
    const { width, height } = padded(params, size);
    return moved.filter(({ x, y }) => x >= 0 && x < width && y >= 0 && y < height);
  },
  reference,
  kernel: {
    supports: (_params, shape) => shape.dtype === "uint8",
    run(params, call) {
      const { input, output, kernels } = call;
      const fill = Uint8Array.from({ length: input.channels }, (_, channel) =>
        saturate(fillValue(fillOf(params, call.role), channel), "uint8"),
      );
      kernels.pad(
        input.pointer,
        output.pointer,
        input.width,
        input.height,
        input.channels * bytesPerValue(input.dtype),
        params.left,
        params.top,
        output.width,
        output.height,
        borderModeCodes[params.borderMode],
        call.write(fill),
      );
    },
  },
});
