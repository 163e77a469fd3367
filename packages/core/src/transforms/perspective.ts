import { multiply, scaling } from "../geometry/matrix.ts";
import { fitProjection, projectionOf } from "../geometry/perspective.ts";
import { warp } from "../ops/warp.ts";
import { warpFields } from "../params/sampling.ts";
import { boolean, range } from "../params.ts";
import { defineTransform } from "../transform.ts";

/** No corner moves further than this part of the width or height: larger draws start again at 0. */
const FARTHEST = 0.32;

/** Views the picture as if from another place: its four corners move inwards by random amounts. */
export const perspective = defineTransform({
  name: "Perspective",
  doc: "Views the picture as if from another place: points near its corners are pulled into the corners.",
  targets: "all",
  params: {
    scale: range({
      default: [0.05, 0.1],
      scalar: 0,
      min: 0,
      doc: "Range of the standard deviation of the corners' distances, as a fraction of the width and height.",
    }),
    keepSize: boolean({ default: true, doc: "Whether the result is scaled back to the picture's size." }),
    fitOutput: boolean({ default: false, doc: "Whether all of the picture stays visible." }),
    ...warpFields,
  },
  sample(params, rng, { shape }) {
    const deviation = rng.uniform(params.scale);
    const draw = () => Math.abs(rng.normal(0, deviation)) % FARTHEST;
    const { width, height } = shape;
    const points = [
      [draw(), draw()],
      [1 - draw(), draw()],
      [1 - draw(), 1 - draw()],
      [draw(), 1 - draw()],
    ].map(([x, y]): [number, number] => [x * width, y * height]);
    const pulled = projectionOf(points, shape);
    const projection = params.fitOutput ? fitProjection(pulled.matrix, shape) : pulled;
    const [a, b, , d, e] = projection.matrix;
    const keep = params.keepSize
      ? { x: width / projection.width, y: height / projection.height }
      : { x: 1, y: 1 };
    const matrix = multiply(scaling(keep.x, keep.y), projection.matrix);
    const { interpolation, maskInterpolation, borderMode, fill, fillMask } = params;
    return [
      warp({
        matrix,
        boxMatrix: matrix,
        keypointMatrix: matrix,
        // Albumentations' measure of the turn and the enlargement: those of the matrix' upper left part.
        angle: Math.atan2(d, a),
        scale:
          Math.max(Math.sign(a) * Math.hypot(a, b), Math.sign(e) * Math.hypot(d, e)) *
          Math.max(keep.x, keep.y),
        width: params.keepSize ? width : projection.width,
        height: params.keepSize ? height : projection.height,
        interpolation,
        maskInterpolation,
        borderMode,
        fill,
        fillMask,
        rotateMethod: "largest_box",
        mirrors: false,
      }),
    ];
  },
});
