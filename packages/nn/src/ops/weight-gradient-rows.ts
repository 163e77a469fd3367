import type { Emitter } from "../ir/emitter.ts";
import { type Layout, type Shape, sizeOf, type Value } from "../ir/value.ts";
import { blockedDomain } from "./blocked-conv.ts";
import type { ConvAttributes } from "./conv2d.ts";
import { type Pair, windowPlaces } from "./window.ts";

type Gradient = Value<ConvAttributes & { readonly weightShape: Shape }>;

/** True where strides divide the kernel: s x s pixels count as one with s² as many channels, and the stride is 1. */
function foldsStrides({ weightShape, strides, dilations }: Gradient["attributes"]): boolean {
  return (
    strides.some((step) => step > 1) &&
    strides.every((step, axis) => weightShape[axis + 2] % step === 0 && dilations[axis] === 1)
  );
}

/**
 * True where one product over all places of all pictures is cheaper than one for each picture and their sum: with many
 * weights and few places, the products are larger than what they are made of.
 */
export function paysAsRows({ inputs: [, dy], attributes }: Gradient): boolean {
  const { groups, weightShape } = attributes;
  const [filters, channels] = weightShape;
  if (groups !== 1) return false;
  const places = dy.shape[2] * dy.shape[3];
  return foldsStrides(attributes) || 2 * sizeOf(weightShape) > places * (filters + channels);
}

/** Pictures with their channels last. */
function channelsLast(emitter: Emitter, name: string, { shape }: Value, layout: Layout): string {
  if (layout === "plain") return emitter.transpose(name, [0, 2, 3, 1]);
  return emitter.node("ReorderOutput", [name], { channels: shape[1], channels_last: 1 }, blockedDomain);
}

/**
 * Zeros put around pictures [n, h, w, c], or what is cut off, so that they have the extents given: in ONNX' order, for
 * each axis before it, then for each behind it.
 */
function padsTo({ shape }: Value, [top, left]: readonly number[], extents: Pair): number[] {
  return [0, top, left, 0, 0, extents[0] - top - shape[2], extents[1] - left - shape[3], 0];
}

/** Rows of a matrix whose bytes are a multiple of this lie in the same few lines of a core's cache. */
const cacheStride = 4096;

/**
 * The gradient of the output as a matrix [filters, pictures · places]. It has one picture more than there are, any,
 * where `extra` says so: the pictures that it is multiplied with have zeros there.
 */
function filterRows(emitter: Emitter, dy: string, value: Value, layout: Layout, extra: boolean): string {
  const [batch, filters, height, width] = value.shape;
  const places = height * width;
  if (extra) {
    const plain =
      layout === "plain" ? dy : emitter.node("ReorderOutput", [dy], { channels: filters }, blockedDomain);
    const order = Int32Array.from(
      { length: filters * (batch + 1) },
      (_, i) => ((i % (batch + 1)) % batch) * filters + Math.floor(i / (batch + 1)),
    );
    const lines = emitter.reshape(plain, [batch * filters, places]);
    const index = emitter.constant(order, [filters, batch + 1], "int32");
    return emitter.reshape(emitter.node("Gather", [lines, index], { axis: 0 }), [
      filters,
      (batch + 1) * places,
    ]);
  }
  // The runtime is a quarter faster with this factor as it wants it than when told to take it transposed; it would put
  // the two together again if no reshape came between.
  const last = emitter.reshape(channelsLast(emitter, dy, value, layout), [batch, places, filters]);
  return emitter.reshape(emitter.transpose(last, [2, 0, 1]), [filters, batch * places]);
}

/**
 * The gradient as products of matrices that have a row for each place of each picture: dyᵀ · (what a place of the kernel
 * sees of x).
 */
export function emitRows(
  emitter: Emitter,
  [x, dy]: readonly string[],
  { inputs, attributes, shape: weightShape }: Gradient,
  [xLayout, dyLayout]: readonly Layout[],
): string {
  const [filters, channels, ...kernel] = weightShape;
  const [batch, , height, width] = inputs[1].shape;
  const folded = foldsStrides(attributes);
  const { strides, dilations, pads } = attributes;
  const [down, across] = folded ? strides : [1, 1];
  // In units of folded pixels:
  const [tall, broad] = [kernel[0] / down, kernel[1] / across];
  const steps: Pair = folded ? [1, 1] : strides;
  const needed = [height, width].map(
    (extent, axis) => steps[axis] * (extent - 1) + dilations[axis] * ([tall, broad][axis] - 1) + 1,
  );
  const pads4 = padsTo(inputs[0], pads, [needed[0] * down, needed[1] * across]);
  const padded = pads4.some((width) => width !== 0);
  // With a picture of zeros more, where they are padded anyway, the rows of the other factor do not get into each other's
  // way: the products take a seventh less.
  const extra = padded && (batch * height * width * 4) % cacheStride === 0;
  if (extra) pads4[4] = 1;
  const pictures = extra ? batch + 1 : batch;
  const last = channelsLast(emitter, x, inputs[0], xLayout);
  const rows = padded ? emitter.node("Pad", [last, emitter.integers(pads4)]) : last;
  const depth = down * across * channels;
  const views = emitter.reshape(rows, [pictures, needed[0], down, needed[1], across * channels]);
  const pixels = emitter.reshape(down === 1 ? views : emitter.transpose(views, [0, 1, 3, 2, 4]), [
    pictures,
    ...needed,
    depth,
  ]);
  const whole = needed[0] === height && needed[1] === width;
  const places = windowPlaces([tall, broad], { strides: steps, dilations, pads }, [height, width]);
  // Made before what needs dy: the runtime goes back from each product along its latest input first, and would else
  // make all of these at once, long before dy is known.
  const seen = places.map(({ starts }) => {
    const shape = [pictures * height * width, depth];
    if (whole) return emitter.reshape(pixels, shape);
    const order = Int32Array.from({ length: shape[0] }, (_, i) => {
      const [picture, place] = [Math.floor(i / (height * width)), i % (height * width)];
      const row = starts[0] + steps[0] * Math.floor(place / width);
      return (picture * needed[0] + row) * needed[1] + starts[1] + steps[1] * (place % width);
    });
    const lines = emitter.reshape(pixels, [pictures * needed[0] * needed[1], depth]);
    // Both threads copy rows of a matrix; a Slice has one alone.
    return emitter.node("Gather", [lines, emitter.constant(order, [shape[0]], "int32")], { axis: 0 });
  });
  const gradient = filterRows(emitter, dy, inputs[1], dyLayout, extra);
  const products = seen.map((rows) => emitter.node("MatMul", [gradient, rows]));
  const joined = products.length === 1 ? products[0] : emitter.node("Concat", products, { axis: 1 });
  const apart = [filters, tall, broad, down, across, channels];
  const ordered = folded ? emitter.transpose(emitter.reshape(joined, apart), [0, 1, 3, 2, 4, 5]) : joined;
  const lined = emitter.reshape(ordered, [filters, kernel[0] * kernel[1], channels]);
  return emitter.reshape(
    kernel[0] * kernel[1] === 1 ? lined : emitter.transpose(lined, [0, 2, 1]),
    weightShape,
  );
}
