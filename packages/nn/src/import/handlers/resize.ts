import { showShape } from "../../tensor.ts";
import type { Extent } from "../constant.ts";
import type { Handler } from "../handler.ts";
import type { NodeReader } from "../node.ts";
import { type Forwarded, forward } from "./forward.ts";

/** What is given for some axes, for all of them. */
function forAllAxes<T>(node: NodeReader, given: readonly T[], all: readonly T[], what: string): T[] {
  const rank = all.length;
  const axes = node.ints("axes") ?? all.map((_, axis) => axis);
  const full = [...all];
  if (given.length !== axes.length)
    node.fail(
      `it has ${given.length} ${what} for ${axes.length} axes of samples of shape ${showShape(node.dynamic(0).sample)}`,
    );
  axes.forEach((axis, i) => {
    if (!(axis >= -rank && axis < rank)) node.fail(`axis ${axis} does not exist in ${rank} axes`);
    full[axis < 0 ? axis + rank : axis] = given[i];
  });
  return full;
}

/** Channels are first, or last where a Transpose came before; sizes that change either are of something else. */
function checkChannels(node: NodeReader, from: readonly number[], to: readonly number[]): void {
  if (from.length === 3 && from[0] !== to[0] && from[2] !== to[2])
    node.fail(
      `its sizes [n, ${to.join(", ")}] do not keep the ${from[0]} channels of ${showShape([null, ...from])}`,
    );
}

function readResize(node: NodeReader): Forwarded {
  const { sample } = node.dynamic(0);
  const mode = node.text("coordinate_transformation_mode", "half_pixel");
  if (mode === "half_pixel_symmetric")
    node.fail(`its attribute "coordinate_transformation_mode" is not supported as "${mode}"`);
  if (node.has("axes") && node.floats(1, "its roi")?.data.length)
    node.fail('its attribute "axes" is not supported together with a roi');
  const sizes = node.extents(3, "its sizes");
  if (sizes?.length) {
    // A file exported for one batch size has that number first; it is the batch, whatever it says.
    const [, ...rest] = forAllAxes<Extent>(node, sizes, ["batch", ...sample], "sizes");
    const resized = rest.map((extent) =>
      extent === "batch" ? node.fail("its sizes behind the first depend on the batch's size") : extent,
    );
    checkChannels(node, sample, resized);
    return { sample: resized, slots: { 2: "", 3: { sample: resized } } };
  }
  const scales = node.floats(2, "its scales");
  if (!scales?.data.length) return node.fail("it has neither sizes nor scales");
  const [batch, ...rest] = forAllAxes(node, [...scales.data], [1, ...sample.map(() => 1)], "scales");
  if (batch !== 1) node.fail(`it scales axis 0, the batch, by ${batch}: samples of a batch must stay apart`);
  // The runtime multiplies in float32. Where the product is a whole number but for rounding it may find another one
  // when it works out shapes beforehand: sizes leave it no choice.
  const resized = sample.map((extent, i) => Math.floor(Math.fround(extent * rest[i])));
  if (resized.some((extent, i) => extent !== Math.floor(sample[i] * rest[i])))
    return { sample: resized, slots: { 2: "", 3: { sample: resized } } };
  return {
    sample: resized,
    slots: { 2: { floats: [1, ...rest], shape: [rest.length + 1] } },
  };
}

/** Resize. Its `axes` (opset 18) are written out: sizes and scales are then those of all axes. */
export const resize: Handler = forward(
  readResize,
  [
    "coordinate_transformation_mode",
    "cubic_coeff_a",
    "exclude_outside",
    "extrapolation_value",
    "mode",
    "nearest_mode",
  ],
  { antialias: 0, axes: undefined, keep_aspect_ratio_policy: "stretch" },
);
