type Sharp = typeof import("sharp").default;

let loading: Promise<Sharp> | undefined;
let tuned = false;

async function load(): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  if (tuned) tune(sharp);
  return sharp;
}

function tune(sharp: Sharp): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/** sharp, which takes a tenth of a second to load in each thread: not before a picture needs it. */
export function loadSharp(): Promise<Sharp> {
  loading ??= load();
  return loading;
}

/**
 * Settings of the whole process that suit decoding many pictures in several threads: one thread a picture, and no
 * cache of results, since no picture is asked for twice in a row. They hold from sharp's first use in this thread on.
 */
export function tuneSharp(): void {
  tuned = true;
  void loading?.then(tune);
}
