import { basename } from "node:path";
import type * as nn from "@aumento/nn";
import { type Backbone, type Phase, transferPhases } from "./backbone.ts";
import { findNetwork } from "./networks.ts";
import type { ArmFactors, Network, Settings } from "./result.ts";

/** A network as the arms of an experiment train it. */
export interface TrainedNetwork {
  facts: Network;
  /** Height and width of its pictures. */
  size: readonly [number, number];
  /** A fresh, uncompiled one of this start. */
  create: (seed: number) => nn.Model;
  /** How it is trained, one phase after the other. */
  phases: Phase[];
  /** What its saved models tell of the preprocessing beside the size: that of the backbone. */
  backbone?: unknown;
}

function factsOf(name: string, kind: ArmFactors["network"], model: nn.Model): Network {
  const { layers, network } = model;
  const trained = network.weights.filter(({ trainable, layer }) => trainable && layer.trainable);
  return {
    name,
    kind,
    parameters: model.countParams(),
    trained: trained.reduce((sum, { size }) => sum + size, 0),
    layers: layers.map((layer) => `${layer.name} ${layer.outputShape.join("×")}`),
  };
}

/** The course's network, or the other that the command line knows. */
export function plainNetwork(settings: Settings, classes: number): TrainedNetwork {
  const { network, imageSize, epochs } = settings;
  const create = (seed: number) => findNetwork(network).create(imageSize, classes, seed);
  return {
    facts: factsOf(network, "plain", create(settings.seed)),
    size: [imageSize, imageSize],
    create,
    phases: [{ epochs, learningRate: 0.001, decay: false, unfreeze: null }],
  };
}

/** A backbone with a new head. */
export function transferNetwork(settings: Settings, backbone: Backbone, classes: number): TrainedNetwork {
  const { transfer, seed: first } = settings;
  if (!transfer) throw new RangeError("settings.transfer: expected the settings of the backbone, got none");
  const create = (seed: number) => backbone.create({ classes, seed });
  return {
    facts: factsOf(basename(transfer.backbone, ".onnx"), "backbone", create(first)),
    size: backbone.size,
    create,
    phases: transferPhases(transfer),
    backbone: backbone.preprocessing,
  };
}
