import { AumentoError } from "../errors.ts";
import { type ImportedConfig, importedLayer, PREFIX } from "../import/layer.ts";
import { activation, leakyReLU } from "./activation.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dTranspose } from "./conv2d-transpose.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { flatten } from "./flatten.ts";
import type { Layer, LayerOptions } from "./layer.ts";
import { averagePooling2d, globalAveragePooling2d, maxPooling2d } from "./pooling2d.ts";
import { reorderChannels } from "./reorder-channels.ts";
import { rescaling } from "./rescaling.ts";
import { reshape } from "./reshape.ts";
import { spectralNormalization } from "./spectral-normalization.ts";
import { upSampling2d } from "./up-sampling2d.ts";
import { zeroPadding2d } from "./zero-padding2d.ts";

// biome-ignore lint/suspicious/noExplicitAny: values of a file, whose types only the factories know; they check each one.
type Config = Record<string, any>;

/** Each class of layer, made from its saved configuration. */
export const layerClasses: Readonly<Record<string, (config: Config, options: LayerOptions) => Layer>> = {
  Activation: (config, options) => activation(config.activation, options),
  AveragePooling2D: (config, options) => averagePooling2d({ ...config, ...options }),
  BatchNormalization: (config, options) => batchNormalization({ ...config, ...options }),
  Conv2D: ({ filters, kernelSize, ...rest }, options) => conv2d(filters, kernelSize, { ...rest, ...options }),
  Conv2DTranspose: ({ filters, kernelSize, ...rest }, options) =>
    conv2dTranspose(filters, kernelSize, { ...rest, ...options }),
  Dense: ({ units, ...rest }, options) => dense(units, { ...rest, ...options }),
  Dropout: (config, options) => dropout(config.rate, options),
  Flatten: (_, options) => flatten(options),
  GlobalAveragePooling2D: (_, options) => globalAveragePooling2d(options),
  LeakyReLU: (config, options) => leakyReLU({ ...config, ...options }),
  MaxPooling2D: (config, options) => maxPooling2d({ ...config, ...options }),
  ReorderChannels: ({ order }, options) => reorderChannels(order, options),
  Rescaling: ({ scale, offset }, options) => rescaling(scale, { offset, ...options }),
  Reshape: ({ targetShape }, options) => reshape(targetShape, options),
  SpectralNormalization: ({ layer, ...rest }, options) =>
    spectralNormalization(layerFromConfig(layer.className, layer.config, {}), { ...rest, ...options }),
  UpSampling2D: ({ size, ...rest }, options) => upSampling2d(size, { ...rest, ...options }),
  ZeroPadding2D: ({ padding }, options) => zeroPadding2d(padding, options),
};

/** The layer that a saved configuration describes. */
export function layerFromConfig(className: string, config: Config, options: LayerOptions): Layer {
  if (className.startsWith(PREFIX))
    // Written by the importer, whose handlers and ops check what they find.
    return importedLayer(className.slice(PREFIX.length), config as ImportedConfig, options);
  if (!Object.hasOwn(layerClasses, className))
    throw new AumentoError(
      "model",
      `The file has a layer of class "${className}", which this version does not know; it knows ${Object.keys(layerClasses).join(", ")}`,
    );
  return layerClasses[className](config, options);
}
