import { badArgument } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { readFileIfThere, writeFiles } from "../files.ts";
import { aligned, headedFile, readHeaded } from "../headed-file.ts";
import type { Model } from "../model.ts";
import { loadModel } from "../model-load.ts";
import { networkConfig } from "../network.ts";
import { hashWeights, readOptimizerState } from "../train/optimizer-file.ts";
import type { Cursor } from "./batches.ts";
import type { Gan } from "./gan.ts";
import type { ResolvedGanOptions } from "./options.ts";
import type { GanMoment } from "./snapshot.ts";
import { SIDES } from "./step-graph.ts";
import { Watch, type WatchState } from "./watch.ts";

/** Names of the files in a checkpoint's folder. */
const GENERATOR_FILE = "generator.onnx";
const CHECKPOINT_FILE = "gan.checkpoint";

export interface CheckpointOptions {
  /** What the generator's file shall tell of the training, as JSON. */
  training?: unknown;
}

/**
 * A checkpoint is a file with a header (headed-file.ts) and, at multiples of 4 bytes, its parts: both networks as ONNX
 * files, their optimizers' states and the moving average; also the numbers of the last good state, where it is an
 * earlier one: a training that goes on from here goes back to it as one without interruption would.
 */
const MAGIC = "AUMGAN01";

interface Part {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

interface Header {
  readonly format: 1;
  readonly step: number;
  readonly cursor: Cursor;
  /** What had been noticed by then, and the last good state; older files have neither. */
  readonly watch?: WatchState;
  readonly good?: GanMoment;
  readonly options: ResolvedGanOptions;
  /** Of all behind the header. */
  readonly hash: string;
  readonly parts: readonly Part[];
}

function checkFolder(where: string, folder: unknown): void {
  if (typeof folder !== "string" || folder === "")
    badArgument(`${where}: folder`, "the path of a folder", folder);
}

/** A checkpoint as read. */
export interface Checkpoint {
  /** How errors call it. */
  readonly source: string;
  readonly header: Header;
  part(name: string): Uint8Array | undefined;
}

const wordsOf = (bytes: Uint8Array): Float32Array =>
  new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);

/** `average` is the generator by the moving average of its weights, as a file. */
function writeCheckpoint(gan: Gan, average: Uint8Array): Uint8Array {
  const given: [string, Uint8Array | undefined][] = [["average", average]];
  for (const side of SIDES) {
    const { model, optimizer } = gan[side].toBytes();
    given.push([side, model], [`${side}/optimizer`, optimizer]);
  }
  const { good } = gan;
  if (good && good.moment.step !== gan.step) given.push(...good.parts());
  const present = given.flatMap(([name, bytes]) => (bytes ? [{ name, bytes }] : []));
  let end = 0;
  const parts = present.map(({ name, bytes }): Part => {
    const offset = end;
    end += aligned(bytes.length);
    return { name, offset, length: bytes.length };
  });
  const body = new Uint8Array(end);
  parts.forEach(({ offset }, i) => {
    body.set(present[i].bytes, offset);
  });
  const { step, cursor, options } = gan;
  const header: Header = {
    format: 1,
    step,
    cursor,
    watch: gan.watch.state,
    good: good?.moment,
    options,
    hash: hashWeights([wordsOf(body)]),
    parts,
  };
  const { bytes, start } = headedFile(MAGIC, header, end);
  bytes.set(body, start);
  return bytes;
}

/** Writes both files of a checkpoint, the one that training goes on from last. */
export async function saveGan(gan: Gan, folder: string, { training }: CheckpointOptions): Promise<void> {
  checkFolder("save", folder);
  const generator = gan.generatorBytes(training);
  await writeFiles([
    { path: `${folder}/${GENERATOR_FILE}`, bytes: generator },
    { path: `${folder}/${CHECKPOINT_FILE}`, bytes: writeCheckpoint(gan, generator) },
  ]);
}

/** Reads the checkpoint of a folder, or fails with what is wrong with it; `where` asks for it. */
export async function readCheckpoint(where: string, folder: string): Promise<Checkpoint> {
  checkFolder(where, folder);
  const source = `${folder}/${CHECKPOINT_FILE}`;
  const bytes = await readFileIfThere(source);
  if (!bytes)
    throw new AumentoError(
      "file",
      `${source}: there is no such file: "${folder}" holds no checkpoint of a GAN`,
    );
  const damaged = () =>
    new AumentoError("file", `${source}: it is no checkpoint of a GAN, or it is cut off or damaged`);
  const read = readHeaded<Header>(MAGIC, bytes);
  if (!read) throw damaged();
  const { header, start } = read;
  if (header.format !== 1)
    throw new AumentoError(
      "model",
      `${source}: it is of format ${header.format}; this version reads format 1`,
    );
  // A copy: numbers must begin at a multiple of four bytes.
  const body = bytes.slice(start);
  const end = Math.max(0, ...header.parts.map((part) => part.offset + aligned(part.length)));
  if (body.length !== end || hashWeights([wordsOf(body)]) !== header.hash) throw damaged();
  return {
    source,
    header,
    part(name) {
      const found = header.parts.find((part) => part.name === name);
      return found && body.subarray(found.offset, found.offset + found.length);
    },
  };
}

/** A network of a checkpoint as a model. */
export async function modelOf(
  checkpoint: Checkpoint,
  name: "generator" | "discriminator" | "average",
): Promise<Model> {
  const bytes = checkpoint.part(name);
  if (!bytes) throw new AumentoError("file", `${checkpoint.source}: it has no part "${name}"`);
  return loadModel(bytes, { compile: false });
}

/** Fails where two models differ in their layers, naming the first that does. */
function checkSame(source: string, side: string, own: Model, stored: Model): void {
  const [a, b] = [own, stored].map(({ network }) => networkConfig(network));
  const refuse = (has: string, wants: string) => {
    throw new AumentoError(
      "model",
      `${source}: it belongs to another architecture: its ${side} has ${has}, this one ${wants}`,
    );
  };
  if (JSON.stringify(a.inputShape) !== JSON.stringify(b.inputShape))
    refuse(`inputs ${JSON.stringify(b.inputShape)}`, JSON.stringify(a.inputShape));
  for (let i = 0; i < Math.max(a.layers.length, b.layers.length); i++) {
    const show = (layer: (typeof a.layers)[number] | undefined) =>
      layer ? `${layer.className} ${layer.name} ${JSON.stringify(layer.config)}` : "no more layers";
    if (JSON.stringify(a.layers[i]) !== JSON.stringify(b.layers[i]))
      refuse(`as layer ${i + 1} ${show(b.layers[i])}`, show(a.layers[i]));
  }
}

/** Puts a checkpoint's numbers into a GAN of the same networks. */
export async function restoreCheckpoint(gan: Gan, checkpoint: Checkpoint): Promise<void> {
  const { source, header } = checkpoint;
  const stored = {
    generator: await modelOf(checkpoint, "generator"),
    discriminator: await modelOf(checkpoint, "discriminator"),
  };
  const average = await modelOf(checkpoint, "average");
  for (const side of SIDES) checkSame(source, side, gan[side], stored[side]);
  for (const side of SIDES) {
    const { state, network } = gan[side];
    for (const { path } of network.weights) state.value(path).set(stored[side].state.value(path));
    const optimizer = checkpoint.part(`${side}/optimizer`);
    if (optimizer) state.loadOptimizerState(readOptimizerState(optimizer, source), source);
  }
  if (gan.options.ema > 0)
    for (const { path } of gan.generator.network.weights) gan.averageOf(path).set(average.state.value(path));
  const { step, cursor, watch, good } = header;
  gan.step = step;
  gan.cursor = cursor;
  gan.watch = new Watch(watch);
  gan.good = good && gan.snapshot();
  if (good) gan.good?.load(good, checkpoint.part, source);
}
