import * as nn from "@aumento/nn";
import { AumentoError, messageOf } from "../errors.ts";
import { findBackbone } from "../models/cache.ts";
import { nearest } from "../nearest.ts";
import { sha256OfFile } from "../sha256.ts";
import type { TransferSettings } from "./result.ts";

/** A pretrained network that was looked at: where it can be cut, and what pictures it takes. */
export interface Backbone {
  /** The file. */
  path: string;
  sha256: string;
  /** Height and width of its pictures. */
  size: readonly [number, number];
  /** The place it is cut at. */
  cut: string;
  /** What is known of its preprocessing, for the saved models. */
  preprocessing: unknown;
  /** A fresh frozen backbone that ends at the cut, with a new head. */
  create: (options: { classes: number; seed: number }) => nn.Model;
}

/** Layers that are a classifier's last step. */
const classifiers = ["Dense", "onnx.Gemm", "onnx.MatMul"];

/** What a file's model is cut at where nothing is said: "features" if it has that, else what its last dense layer takes. */
function defaultCut(model: nn.Model, path: string): string {
  if (model.places.includes("features")) return "features";
  const { layers } = model;
  const last = layers.findLast(({ layer }) => classifiers.includes(layer.className));
  const before = last?.inputs.map((index) => layers[index]).find((layer) => layer !== undefined);
  if (before) return before.name;
  throw new AumentoError(
    "invalid_input",
    `backbone ${path}: no dense layer that could be its classifier; say where its features are with cut (${placesShown(model.places)})`,
  );
}

const shownPlaces = 12;

function placesShown(places: readonly string[]): string {
  const last = places.slice(-shownPlaces);
  return `places: ${last.length < places.length ? "…, " : ""}${last.join(", ")}`;
}

/** A place of the model, or an error with the nearest. */
function checkPlace(model: nn.Model, path: string, option: string, place: string): void {
  if (nn.hasPlace(model, place)) return;
  const near = place === "" ? undefined : nearest(nn.shortPlace(place), model.places);
  throw new AumentoError(
    "invalid_input",
    `${option}: backbone ${path} has no place "${place}"${near ? `; did you mean ${near}?` : `; ${placesShown(model.places)}`}`,
  );
}

/** Height and width of the pictures that it takes; an error where it takes no RGB pictures. */
function pictureSize({ inputShape }: nn.Model, path: string): [number, number] {
  const [height, width, channels] = inputShape;
  if (inputShape.length === 3 && channels === 3) return [height, width];
  const takes =
    inputShape.length === 3
      ? `pictures of ${height}×${width} with ${channels === 1 ? "1 channel" : `${channels} channels`}`
      : `vectors of ${height} numbers`;
  throw new AumentoError(
    "invalid_input",
    `backbone ${path}: it takes ${takes}; expected RGB pictures (3 channels)`,
  );
}

async function load(path: string): Promise<{ model: nn.Model; size: [number, number] }> {
  let model: nn.Model;
  try {
    model = await nn.loadModel(path, { compile: false, optimizerState: false });
  } catch (error) {
    throw new AumentoError("invalid_input", `backbone ${messageOf(error)}`, { cause: error });
  }
  const size = pictureSize(model, path);
  if (model.metadata.preprocessing !== undefined) return { model, size };
  throw new AumentoError(
    "invalid_input",
    `backbone ${path}: it does not say how its pictures are prepared. Put a JSON of the same name beside it: ` +
      '{"input":{"size":[224,224],"mean":[...],"std":[...],"range":[0,255],"layout":"NCHW"}}',
  );
}

/** Looks at a backbone: its file or the name of one in the cache, where to cut it and from where to train it. */
export async function openBackbone(
  spec: string,
  wanted: { cut?: string | null; unfreeze?: string | null },
): Promise<Backbone> {
  const path = await findBackbone(spec);
  const { model, size } = await load(path);
  const cut = wanted.cut ?? defaultCut(model, path);
  checkPlace(model, path, "cut", cut);
  const body = model.cut(cut);
  const { unfreeze = null } = wanted;
  if (unfreeze !== null) {
    checkPlace(model, path, "unfreeze", unfreeze);
    if (!nn.hasPlace(body, unfreeze)) {
      throw new AumentoError(
        "invalid_input",
        `unfreeze: ${unfreeze} lies behind the cut (${cut}) of backbone ${path}`,
      );
    }
  }
  const flat = body.outputShape.length === 1;
  return {
    path,
    sha256: await sha256OfFile(path),
    size,
    cut,
    preprocessing: model.metadata.preprocessing,
    create({ classes, seed }) {
      const head = nn.dense(classes, { activation: "softmax" });
      const layers = flat ? [head] : [nn.globalAveragePooling2d(), head];
      return nn.sequential([body.freeze(), ...layers], { seed, name: "transfer" });
    },
  };
}

/** What a phase of training sets up on a model. */
export interface Phase {
  /** Epochs it takes at the most. */
  epochs: number;
  /** Of Adam. */
  learningRate: number;
  /** Whether it falls to zero along a cosine over the phase's steps, or stays. */
  decay: boolean;
  /** From where on the backbone is trained in this phase; null: not at all. */
  unfreeze: string | null;
}

/** How a network on a backbone is trained: the new head first, then, if wanted, part of the backbone too. */
export function transferPhases(settings: TransferSettings): Phase[] {
  const { epochs, learningRate, unfreeze, unfrozenEpochs, unfrozenLearningRate } = settings;
  const head: Phase = { epochs, learningRate, decay: true, unfreeze: null };
  if (unfreeze === null) return [head];
  return [head, { epochs: unfrozenEpochs, learningRate: unfrozenLearningRate, decay: true, unfreeze }];
}
