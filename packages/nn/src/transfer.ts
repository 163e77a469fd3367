import { checkBoolean, checkOptions } from "./check.ts";
import { buildNetwork, type ModelLayer, type Network, type NetworkPart } from "./network.ts";
import { findPlace } from "./places.ts";

/** A layer as it is now, to be put into another network. */
export const partOf = (
  { layer, name, trainable, batchStatistics }: ModelLayer,
  inputs: readonly number[],
): NetworkPart => ({ layer, name, trainable, batchStatistics, inputs });

/** The part of a network that computes what the place ends with, and nothing else. */
export function cutNetwork(network: Network, place: string): Network {
  const { last } = findPlace("cut", network, place);
  const needed = new Set([last]);
  for (let i = last; i >= 0; i--)
    if (needed.has(i)) for (const from of network.layers[i].inputs) needed.add(from);
  const kept = network.layers.flatMap((_, i) => (needed.has(i) ? [i] : []));
  const placeNow = new Map(kept.map((old, now) => [old, now]));
  return buildNetwork(
    network.inputShape,
    kept.map((i) => {
      const layer = network.layers[i];
      return partOf(
        layer,
        layer.inputs.map((from) => placeNow.get(from) ?? -1),
      );
    }),
  );
}

export interface UnfreezeOptions {
  /**
   * Also lets imported batch normalization normalize by the batches it is trained on and follow their statistics.
   * Default false: it stays on its running statistics, which is the safe start on narrow data.
   */
  batchStatistics?: boolean;
}

/** Trains the layers from the place on, or all; those before it stay as they are set. */
export function unfreezeLayers(network: Network, place: string | undefined, options: UnfreezeOptions): void {
  checkOptions("unfreeze", options, ["batchStatistics"]);
  const batchStatistics =
    options.batchStatistics !== undefined &&
    checkBoolean("unfreeze: batchStatistics", options.batchStatistics);
  const start = place === undefined ? 0 : findPlace("unfreeze", network, place).first;
  for (const layer of network.layers.slice(start)) {
    layer.trainable = true;
    // Layers of our own use the batch's statistics whenever they are trained.
    if (layer.layer.batchStatistics === false) layer.batchStatistics = batchStatistics;
  }
}
