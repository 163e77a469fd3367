import { readFileSync } from "node:fs";

/** A pretrained network that aumento knows by name. */
export interface KnownModel {
  name: string;
  description: string;
  bytes: number;
  sha256: string;
  /** Where the file can be fetched from; null where no address is known for certain. */
  url: string | null;
  /** What to do where there is no address; there only then. */
  howToGet?: string;
  /** Where the weights come from. */
  source: string;
  licence: string;
  /** Whether this file itself was trained on with aumento. */
  tried: boolean;
  /** The output before the classifier, where the file names it. */
  features: string | null;
  /** How its pictures are prepared; lies as JSON beside the file in the cache. */
  input: {
    size: readonly [number, number];
    mean: readonly number[];
    std: readonly number[];
    layout: "NCHW" | "NHWC";
    range: readonly [number, number];
    channelOrder: "RGB";
  };
}

/** What catalogue.json beside this file holds; it is part of the package, so that its form needs no check. */
export const knownModels: readonly KnownModel[] = (
  JSON.parse(readFileSync(new URL("./catalogue.json", import.meta.url), "utf8")) as { models: KnownModel[] }
).models;

/** The known model of that name. */
export function knownModel(name: string): KnownModel | undefined {
  return knownModels.find((model) => model.name === name);
}
