/**
 * The fast marching method: how far each unknown pixel is from the known ones, and in which order a front that
 * starts at their edge reaches them.
 */

/** States of a pixel. */
export const KNOWN = 0;
export const INSIDE = 2;

/** Pixels waiting for their turn, nearest first, the earlier one of two equally near ones first. */
export class Front {
  readonly #entries: { distance: number; order: number; pixel: number }[] = [];
  #pushed = 0;

  get size(): number {
    return this.#entries.length;
  }

  push(pixel: number, distance: number): void {
    const entries = this.#entries;
    const entry = { distance, order: this.#pushed++, pixel };
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(entry, entries[parent])) break;
      entries[at] = entries[parent];
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): number {
    const entries = this.#entries;
    const { pixel } = entries[0];
    const last = entries.pop()!;
    if (entries.length === 0) return pixel;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && comesBefore(entries[child + 1], entries[child])) child++;
      if (!comesBefore(entries[child], last)) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = last;
    return pixel;
  }
}

type Entry = { distance: number; order: number };

function comesBefore(a: Entry, b: Entry): boolean {
  return a.distance < b.distance || (a.distance === b.distance && a.order < b.order);
}

/** Pixels with a frame of one around them, so that every pixel has neighbours. */
export interface Field {
  readonly stride: number;
  readonly rows: number;
  /** KNOWN or INSIDE. */
  readonly state: Uint8Array;
  readonly distance: Float32Array;
}

/** The distance from two neighbours at right angles: the eikonal equation |grad T| = 1 in finite differences. */
function solve({ state, distance }: Field, a: number, b: number): number {
  const [ta, tb] = [distance[a], distance[b]];
  const knownA = state[a] !== INSIDE;
  const knownB = state[b] !== INSIDE;
  if (knownA && knownB) {
    const difference = ta - tb;
    if (Math.abs(difference) >= 1) return 1 + Math.min(ta, tb);
    return (ta + tb + Math.sqrt(2 - difference * difference)) / 2;
  }
  if (knownA) return 1 + ta;
  return 1 + (knownB ? tb : Math.min(ta, tb));
}

/** The distance of a pixel from its four neighbours. */
function distanceAt(field: Field, pixel: number): number {
  const { stride } = field;
  const [up, down, left, right] = [pixel - stride, pixel + stride, pixel - 1, pixel + 1];
  return Math.fround(
    Math.min(
      solve(field, up, left),
      solve(field, down, left),
      solve(field, up, right),
      solve(field, down, right),
    ),
  );
}

/** Whether a pixel is part of the picture and not of its frame. */
export function inPicture({ stride, rows }: Field, pixel: number): boolean {
  const x = pixel % stride;
  const y = (pixel - x) / stride;
  return x > 0 && y > 0 && x < stride - 1 && y < rows - 1;
}

/** Moves the front over all INSIDE pixels it can reach; `visit` sees each when its distance is known. */
export function march(field: Field, front: Front, visit: (pixel: number) => void): void {
  const { stride, state, distance } = field;
  while (front.size > 0) {
    const from = front.pop();
    state[from] = KNOWN;
    for (const pixel of [from - stride, from - 1, from + stride, from + 1]) {
      if (state[pixel] !== INSIDE || !inPicture(field, pixel)) continue;
      distance[pixel] = distanceAt(field, pixel);
      visit(pixel);
      state[pixel] = KNOWN;
      front.push(pixel, distance[pixel]);
    }
  }
}
