import { extname } from "node:path";
import { Rng } from "@aumento/core";
import { splitIndices } from "@aumento/data";
import type { Annotation } from "../annotations.ts";
import { countClasses } from "../count-classes.ts";
import { AumentoError } from "../errors.ts";
import { extensionOf, formatOf, type PictureFormat } from "../pictures.ts";
import { sha256Of } from "../sha256.ts";
import { checkNames } from "./names.ts";
import { mostVariants, type Settings } from "./settings.ts";
import type { Sources } from "./sources.ts";

/** One file to write, and its mask's if it has one; paths are relative to OUT. */
export interface Target {
  file: string;
  mask?: string;
  /** 0 is the picture itself; variant k is drawn with `epoch: k`. */
  variant: number;
  /** Set where the file is its source, byte for byte. */
  copied?: true;
}

/** All that is made from one picture. Plain data, for a worker thread. */
export interface PictureTask {
  /** Relative to SRC. */
  picture: string;
  /** The key's index: see `indexOf`. */
  index: number;
  format: PictureFormat;
  targets: Target[];
  /** The mask's path, if the picture has one. */
  mask?: string;
  annotation?: Annotation;
  /** Folder of the pictures within OUT: "images/" beside "masks/", or "". Annotations name files within it. */
  images: string;
  /** Copied for validation; all other pictures are varied. */
  validates: boolean;
}

/**
 * The random key's index of a picture: the first 32 bits of the SHA-256 of its path within SRC. It says nothing about
 * the other pictures, so adding or removing some leaves the variants of the rest as they are.
 */
export function indexOf(picture: string): number {
  return Number.parseInt(sha256Of(picture).slice(0, 8), 16);
}

/** Variants that each picture of the training part gets. */
function variantCounts(labels: readonly number[], pictures: readonly string[], settings: Settings): number[] {
  if (!settings.balance) return labels.map(() => settings.times ?? 0);
  const places = new Map<number, number[]>();
  for (const [place, label] of labels.entries()) {
    const others = places.get(label);
    if (others) others.push(place);
    else places.set(label, [place]);
  }
  const largest = Math.max(...[...places.values()].map((members) => members.length));
  const counts = labels.map(() => 0);
  for (const members of places.values()) {
    const wanted = settings.includeOriginal ? largest - members.length : largest;
    const order = new Rng({ seed: settings.seed }, `balance ${pictures[members[0]]}`).shuffle(members);
    for (const [rank, place] of order.entries()) {
      counts[place] = Math.floor(wanted / members.length) + (rank < wanted % members.length ? 1 : 0);
    }
  }
  return counts;
}

/** Which pictures validate: those that `train`, `compare` and `gan` hold back of the same folder, share and seed. */
function validating(sources: Sources, settings: Settings, notice: (message: string) => void): Set<number> {
  const { labels, classNames } = sources;
  const { validationSplit, seed } = settings;
  if (validationSplit === null) return new Set();
  const chosen = splitIndices(labels, { validationSplit, subset: "validation", seed, stratify: false });
  const given = `with validationSplit ${validationSplit} and seed ${seed}`;
  const all = countClasses(labels, classNames.length);
  const held = countClasses(
    chosen.map((place) => labels[place]),
    classNames.length,
  );
  for (const [label, name] of classNames.entries()) {
    const found = `class "${name}" has ${all[label] === 1 ? "one picture" : `${all[label]} pictures`}`;
    if (held[label] === all[label]) {
      throw new AumentoError(
        "invalid_input",
        `${found}, and ${given} none of it is left to vary; add pictures, give another seed, or take the class out`,
      );
    }
    if (held[label] === 0) notice(`${found}, and ${given} none of it validates`);
  }
  return new Set(chosen);
}

/** What is to be made, picture by picture, in the order of the manifest. */
export function planPictures(
  sources: Sources,
  settings: Settings,
  notice: (message: string) => void,
): PicturePlan[] {
  const { pictures, labels } = sources;
  const chosen = validating(sources, settings, notice);
  const training = pictures.map((_, place) => place).filter((place) => !chosen.has(place));
  const counts = variantCounts(
    training.map((place) => labels[place]),
    training.map((place) => pictures[place]),
    settings,
  );
  const countOf = new Map(training.map((place, rank) => [place, counts[rank]]));
  const plans = pictures.map(
    (picture, place) => new PicturePlan(picture, sources, settings, countOf.get(place)),
  );
  checkNames(plans);
  return plans.filter(({ files }) => files > 0);
}

/** What is to be made from one picture. Its files are only listed when it is their turn: there may be very many. */
export class PicturePlan {
  /** Relative to SRC. */
  readonly picture: string;
  readonly validates: boolean;
  /** Whether the picture itself is among its files. */
  readonly original: boolean;
  readonly variants: number;
  readonly #sources: Sources;
  readonly #settings: Settings;

  /** `variants` is undefined for a picture that validates. */
  constructor(picture: string, sources: Sources, settings: Settings, variants: number | undefined) {
    this.picture = picture;
    this.validates = variants === undefined;
    this.original = this.validates || settings.includeOriginal;
    this.variants = variants ?? 0;
    this.#sources = sources;
    this.#settings = settings;
    if (this.variants > mostVariants) {
      throw new AumentoError(
        "invalid_input",
        `${picture} would be varied ${this.variants} times, more than the ${mostVariants} that one picture can be`,
      );
    }
  }

  /** How many files it has, masks not counted. */
  get files(): number {
    return this.variants + (this.original ? 1 : 0);
  }

  /** All that is made, or the first `most` files of it. */
  task(most = this.files): PictureTask {
    const { picture, validates } = this;
    const first = this.original ? 0 : 1;
    return {
      picture,
      index: indexOf(picture),
      format: this.#format,
      targets: Array.from({ length: Math.min(most, this.files) }, (_, place) => this.target(first + place)),
      mask: this.#mask,
      annotation: this.#sources.annotations?.byFile.get(picture),
      images: this.#images,
      validates,
    };
  }

  /** The file of a variant; 0 is the picture itself. */
  target(variant: number): Target {
    const { picture } = this;
    const own = formatOf(picture);
    const copied = variant === 0 && (this.validates || keepsBytes(this.#settings, own));
    const extension = copied || this.#format === own ? extname(picture) : extensionOf(this.#format);
    const part = this.#settings.validationSplit === null ? "" : this.validates ? "validation/" : "train/";
    const stem = picture.slice(0, picture.length - extname(picture).length);
    const name = `${part}${stem}${variant > 0 ? `-aug${variant}` : ""}`;
    const mask = this.#mask;
    const maskExtension = copied && mask !== undefined ? extname(mask) : ".png";
    return {
      file: `${this.#images}${name}${extension}`,
      ...(mask === undefined ? {} : { mask: `masks/${name}${maskExtension}` }),
      variant,
      ...(copied ? { copied: true } : {}),
    };
  }

  get #format(): PictureFormat {
    return this.#settings.format ?? formatOf(this.picture) ?? "png";
  }

  get #images(): string {
    return this.#sources.masks ? "images/" : "";
  }

  get #mask(): string | undefined {
    return this.#sources.masks?.get(this.picture);
  }
}

/** Whether an original is written as its file is. */
function keepsBytes(settings: Settings, own: PictureFormat | undefined): boolean {
  return settings.size === null && (settings.format === null || settings.format === own);
}
