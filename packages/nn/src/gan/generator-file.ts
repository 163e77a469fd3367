import { badArgument, checkNumber, checkOptions } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { readFile } from "../files.ts";
import type { Model } from "../model.ts";
import { exportModel } from "../model-export.ts";
import { loadModel } from "../model-load.ts";
import type { Network } from "../network.ts";
import { readModel, writeModel } from "../onnx/serialize.ts";
import { checkTensor, sizeOf, type Tensor } from "../tensor.ts";
import {
  checkLatents,
  interpolateLatents,
  latentVector,
  latentVectors,
  oneHotRows,
  withClasses,
} from "./latent.ts";

/** Key of the ONNX file's metadata that makes a model a generator; its value is JSON. */
const GAN_METADATA = "aumento.gan";

/** What a generator's file tells of it. */
export interface GeneratorFacts {
  readonly format: 1;
  /** Numbers in a latent vector, without the class. */
  readonly latent: number;
  /** Classes it makes samples for, 0 for none: as many more inputs, of which the class's is one. */
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** Shape of a sample: [height, width, channels] of pictures. */
  readonly shape: readonly number[];
  /** What numbers of pictures stand for: black and white. */
  readonly range: readonly [-1, 1];
  /** Steps it was trained for. */
  readonly step: number;
  readonly loss: string;
  /** Decay of the moving average that the weights are; 0 where they are the last step's. */
  readonly ema: number;
  readonly seed: number;
  /** What the caller tells of the training. */
  readonly training?: unknown;
}

/** A generator as the bytes of a plain ONNX file, `input` [batch, latent + classes] to `output`, with its facts. */
export function exportGenerator(
  network: Network,
  weight: (path: string) => Float32Array,
  { name, seed }: { name: string; seed: number },
  facts: GeneratorFacts,
): Uint8Array {
  const proto = readModel(exportModel({ name, seed, network, weight }, {}));
  const props = proto.metadataProps;
  props.push({ $typeName: "onnx.StringStringEntryProto", key: GAN_METADATA, value: JSON.stringify(facts) });
  return writeModel(proto);
}

/** Pictures in -1..1 as bytes: -1 is 0, 1 is 255. */
export function toBytes({ data, shape }: Tensor): Tensor {
  return {
    data: Uint8Array.from(data, (x) => Math.round(Math.min(1, Math.max(-1, x)) * 127.5 + 127.5)),
    shape,
  };
}

/** A class as its number, of a name or a number; the error lists those there are. */
function classNumber(
  where: string,
  given: number | string,
  { classes, classNames = [] }: Pick<GeneratorFacts, "classes" | "classNames">,
): number {
  if (classes === 0)
    throw new AumentoError(
      "argument",
      `${where}: the generator was trained without classes, got ${JSON.stringify(given)}`,
    );
  const names = classNames.length > 0 ? `: ${classNames.map((name, i) => `${i} ${name}`).join(", ")}` : "";
  const found = typeof given === "string" ? classNames.indexOf(given) : given;
  if (!(Number.isInteger(found) && found >= 0 && found < classes))
    throw new AumentoError(
      "argument",
      `${where}: no class ${JSON.stringify(given)}; the generator was trained on ${classes} (0..${classes - 1})${names}`,
    );
  return found;
}

export interface SampleOptions {
  /** Names the latent vectors. Default 0. */
  seed?: number;
  /** How many. Default 1. */
  count?: number;
  /** Number of the first one: sample `first` + i is the same whatever `first` and `count` are. Default 0. */
  first?: number;
  /** Name or number of the class; without it, of a class-conditional generator, the classes take turns. */
  class?: string | number;
  /** Latent numbers further from 0 are drawn again: less variety, often better pictures. Default: none are. */
  truncation?: number;
}

/** A trained generator, from its file. */
export class Generator {
  readonly model: Model;
  readonly facts: GeneratorFacts;

  constructor(model: Model, facts: GeneratorFacts) {
    this.model = model;
    this.facts = facts;
  }

  /** The latent vector number `index` of a seed, as `sample` draws it. */
  latent(seed: number, index = 0, truncation?: number): Float32Array {
    return latentVector(this.facts.latent, seed, index, truncation);
  }

  /** What it makes of latent vectors [n, latent], in -1..1, each of its class where there are classes. */
  async generate(latents: Tensor, classes?: readonly number[]): Promise<Tensor> {
    const { latent, classes: count } = this.facts;
    checkTensor("generate: latents", latents);
    const [n] = latents.shape;
    checkLatents("generate", latents, n, latent);
    if ((count > 0 ? n : 0) !== (classes?.length ?? 0))
      badArgument("generate: classes", count > 0 ? "a class for each sample" : "no classes", classes);
    for (const label of classes ?? []) classNumber("generate: classes", label, this.facts);
    return this.model.predict(withClasses(latents, classes && oneHotRows(classes, count)), { batchSize: 16 });
  }

  /** Samples as pictures of bytes [count, height, width, channels], with the class of each. */
  async sample(options: SampleOptions = {}): Promise<{ pictures: Tensor; classes?: number[] }> {
    const where = "sample";
    checkOptions(where, options, ["seed", "count", "first", "class", "truncation"]);
    const { seed = 0, truncation } = options;
    const count = checkNumber(`${where}: count`, options.count ?? 1, { min: 1, integer: true });
    const first = checkNumber(`${where}: first`, options.first ?? 0, { min: 0, integer: true });
    const latents = latentVectors(this.facts.latent, { seed, count, first, truncation });
    const only =
      options.class === undefined ? undefined : classNumber(`${where}: class`, options.class, this.facts);
    const classes =
      this.facts.classes > 0
        ? Array.from({ length: count }, (_, i) => only ?? (first + i) % this.facts.classes)
        : undefined;
    return { pictures: toBytes(await this.generate(latents, classes)), classes };
  }

  /** Pictures of bytes on the way from one latent vector to another, ends included, all of one class. */
  async interpolate(
    from: Float32Array,
    to: Float32Array,
    count: number,
    options: { class?: string | number } = {},
  ): Promise<Tensor> {
    const latents = interpolateLatents(from, to, count);
    const classes =
      this.facts.classes > 0
        ? Array<number>(count).fill(classNumber("interpolate: class", options.class ?? 0, this.facts))
        : undefined;
    return toBytes(await this.generate(latents, classes));
  }

  /** Frees the runtime's memory; the generator stays usable. */
  close(): Promise<void> {
    return this.model.close();
  }
}

/** The generator that a GAN saved: a path, or the bytes of the file. */
export async function loadGenerator(from: string | Uint8Array): Promise<Generator> {
  if (typeof from !== "string" && !(from instanceof Uint8Array))
    badArgument("loadGenerator", "the path of a file, or its bytes as a Uint8Array", from);
  const source = typeof from === "string" ? from : "The generator";
  const bytes = typeof from === "string" ? await readFile(from) : from;
  const entry = readModel(bytes, source).metadataProps.find(({ key }) => key === GAN_METADATA);
  if (!entry)
    throw new AumentoError(
      "model",
      `${source}: it is an ONNX model, but no generator of a GAN that aumento trained: it has no metadata "${GAN_METADATA}"`,
    );
  let facts: GeneratorFacts;
  try {
    facts = JSON.parse(entry.value);
  } catch (cause) {
    throw new AumentoError(
      "model",
      `${source}: its metadata "${GAN_METADATA}" is no JSON: the file is damaged`,
      { cause },
    );
  }
  if (facts.format !== 1)
    throw new AumentoError(
      "model",
      `${source}: its generator is of format ${facts.format}; this version reads format 1`,
    );
  const model = await loadModel(bytes, { compile: false });
  if (sizeOf(model.inputShape) !== facts.latent + facts.classes)
    throw new AumentoError("model", `${source}: its inputs do not fit its metadata "${GAN_METADATA}"`);
  return new Generator(model, facts);
}
