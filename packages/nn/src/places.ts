import { badArgument } from "./check.ts";
import { AumentoError } from "./errors.ts";
import { layerPath } from "./import/names.ts";
import type { ModelLayer, Network } from "./network.ts";

/** Letters to change, add or leave out to get from one name to another (Levenshtein, 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}

/** The names nearest to one that does not exist, to be put behind a message; at most three. */
export function didYouMean(name: string, names: readonly string[]): string {
  const near = names
    .map((candidate) => ({ candidate, away: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.away - b.away)
    .slice(0, 3)
    .map(({ candidate }) => `"${candidate}"`);
  return near.length ? `; the nearest are ${near.join(", ")}` : "";
}

/** The dotted prefixes of a name: of "blocks.13.expand" they are "blocks" and "blocks.13". */
function prefixes(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}

/** Names of one layer itself. */
const ownNames = ({ name, layer }: ModelLayer): readonly string[] => [name, ...(layer.places ?? [])];

/** Names like "/layer4/layer4.0/conv1/Conv" have a shorter form as the layer's name. */
const isShort = (name: string): boolean => !/[/:]/.test(name);

/** The names that `findPlace` takes, in the order of the layers; of layers' own ones the short forms. */
export function placesOf({ layers }: Network): string[] {
  const places = new Set<string>();
  for (const layer of layers)
    for (const name of ownNames(layer).filter(isShort)) {
      for (const prefix of prefixes(name)) places.add(prefix);
      places.add(name);
    }
  return [...places];
}

/** The first and the last layer (by index) of a place. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/**
 * A layer of that name, else those whose node, output or weights have it in the file they came from, else all whose
 * names begin with it ("blocks.13").
 */
function spanOf({ layers }: Network, place: string): Span | undefined {
  const matches = (test: (layer: ModelLayer) => boolean): number[] =>
    layers.flatMap((layer, i) => (test(layer) ? [i] : []));
  const tests: ((layer: ModelLayer) => boolean)[] = [
    (layer) => layer.name === place,
    (layer) => ownNames(layer).includes(place),
    (layer) => ownNames(layer).some((name) => prefixes(name).includes(place)),
  ];
  for (const test of tests) {
    const found = matches(test);
    if (found.length > 0) return { first: found[0], last: found[found.length - 1] };
  }
  return undefined;
}

/** A place as `places` would list it: "layer4.0" for "/layer4/layer4.0", the long form that exporters write. */
export const shortPlace = (place: string): string => (place.includes("/") ? layerPath(place) : place);

const lookUp = (network: Network, place: string): Span | undefined =>
  spanOf(network, place) ?? spanOf(network, shortPlace(place));

/** Whether `cut` and `unfreeze` take the name, in its short form or as the file has it. */
export function hasPlace({ network }: { readonly network: Network }, place: string): boolean {
  return typeof place === "string" && lookUp(network, place) !== undefined;
}

/** The layers of a place that must be there. */
export function findPlace(where: string, network: Network, place: string): Span {
  if (typeof place !== "string")
    badArgument(`${where}: place`, "the name of a place, as model.places lists them", place);
  const found = lookUp(network, place);
  if (found) return found;
  throw new AumentoError(
    "argument",
    `${where}: the model has no place "${place}"${didYouMean(shortPlace(place), placesOf(network))}`,
  );
}
