import type { Handler } from "../handler.ts";
import { convolution } from "./convolution.ts";
import { elementWise } from "./element-wise.ts";
import { forwardOnly } from "./forward-only.ts";
import { batchNormalization, layerNormalization } from "./normalization.ts";
import { poolings } from "./pooling.ts";
import { products } from "./products.ts";
import { shapes } from "./shapes.ts";

/** How each operator of ONNX that can be imported is read and computed, by its name. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...forwardOnly,
  ...elementWise,
  ...poolings,
  ...products,
  ...shapes,
  BatchNormalization: batchNormalization,
  Conv: convolution,
  LayerNormalization: layerNormalization,
};
