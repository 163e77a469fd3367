import type { KernelCall } from "../backend/wasm/call.ts";
import { multiplyAll, scaling, translation } from "../geometry/matrix.ts";
import { resizeReference } from "../geometry/resize-reference.ts";
import {
  isFixedLinear,
  nearestPositions,
  resizeTaps,
  type TapInterpolation,
} from "../geometry/resize-taps.ts";
import type { Role, Size } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import type { Interpolation } from "../params/sampling.ts";
import { mergeIntoWarp } from "./warp.ts";

/** The new size and how values are found. */
export interface ResizeParams extends Size {
  readonly interpolation: Interpolation;
  readonly maskInterpolation: Interpolation;
}

const kindFor = (params: ResizeParams, role: Role) =>
  role === "mask" ? params.maskInterpolation : params.interpolation;

function runNearest(call: KernelCall, exact: boolean): void {
  const { input, output, kernels } = call;
  kernels.resizeNearest(
    input.pointer,
    output.pointer,
    input.width,
    input.channels,
    output.width,
    output.height,
    call.write(nearestPositions(input.width, output.width, exact)),
    call.write(nearestPositions(input.height, output.height, exact)),
  );
}

function runTaps(call: KernelCall, interpolation: TapInterpolation): void {
  const { input, output, kernels } = call;
  const taps = resizeTaps(input, output, interpolation, true);
  const tables = [
    call.write(taps.x.positions),
    call.write(taps.x.weights),
    call.write(taps.y.positions),
    call.write(taps.y.weights),
  ];
  const row = output.width * input.channels;
  if (isFixedLinear(interpolation, taps)) {
    kernels.resizeLinear(
      input.pointer,
      output.pointer,
      input.width,
      input.channels,
      output.width,
      output.height,
      ...tables,
      call.scratch(row * 2 * 2 + 128),
    );
    return;
  }
  kernels.resizeTaps(
    input.pointer,
    output.pointer,
    input.width,
    input.height,
    input.channels,
    output.width,
    output.height,
    ...tables,
    taps.x.count,
    taps.y.count,
    taps.unit,
    Number(taps.halfUp),
    call.scratch(row * (input.height + 1) * 8 + 32),
  );
}

/** Makes a picture of another size. */
export const resize: OpFactory<ResizeParams> = defineOp({
  name: "resize",
  masks: true,
  outputShape: (params, shape) => ({ ...shape, width: params.width, height: params.height }),
  identity: (params, shape) => params.width === shape.width && params.height === shape.height,
  bboxes(params, boxes, size) {
    const x = params.width / size.width;
    const y = params.height / size.height;
    return boxes.map(({ xMin, yMin, xMax, yMax, row }) => ({
      xMin: xMin * x,
      yMin: yMin * y,
      xMax: xMax * x,
      yMax: yMax * y,
      row,
    }));
  },
  keypoints(params, points, size) {
    const x = params.width / size.width;
    const y = params.height / size.height;
    return points.map((point) => ({
      ...point,
      x: point.x * x,
      y: point.y * y,
      scale: point.scale * Math.max(x, y),
    }));
  },
  reference: (params, image, role) => {
    const isSame = params.width === image.width && params.height === image.height;
    return isSame ? image : resizeReference(image, params, kindFor(params, role));
  },
  kernel: {
    run(params, call) {
      const interpolation = kindFor(params, call.role);
      if (interpolation === "nearest" || interpolation === "nearest_exact") {
        runNearest(call, interpolation === "nearest_exact");
      } else runTaps(call, interpolation);
    },
  },
  rules: [mergeIntoWarp],
  geometry(params, size, role) {
    const interpolation = kindFor(params, role);
    // The area mean looks at every pixel it covers: a warp's few taps cannot stand for it.
    if (interpolation === "area") return undefined;
    const x = params.width / size.width;
    const y = params.height / size.height;
    const matrix = multiplyAll(translation(-0.5, -0.5), scaling(x, y), translation(0.5, 0.5));
    const { width, height } = params;
    return { matrix, width, height, resamples: true, interpolation: withoutExact(interpolation) };
  },
});

function withoutExact(interpolation: Interpolation): Interpolation {
  if (interpolation === "linear_exact") return "linear";
  return interpolation === "nearest_exact" ? "nearest" : interpolation;
}
