import { badArgument, checkNumber } from "../check.ts";
import { AumentoError } from "../errors.ts";
import { RandomStream } from "../random.ts";
import { checkTensor, showShape, sizeOf, type Tensor } from "../tensor.ts";

/** Latent vectors [n, size] of float32; the error says what they are instead. */
export function checkLatents(where: string, latents: Tensor, n: number, size: number): Tensor {
  checkTensor(`${where}: latents`, latents);
  if (!(latents.data instanceof Float32Array) || showShape(latents.shape) !== showShape([n, size]))
    throw new AumentoError(
      "shape",
      `${where}: latent vectors must be a Float32Array of shape [${n}, ${size}], got ${latents.data.constructor.name} ${showShape(latents.shape)}`,
    );
  return latents;
}

/** The classes of n samples, all of them trained ones. */
export function checkClasses(
  where: string,
  y: Tensor | undefined,
  n: number,
  classes: number,
): Tensor["data"] {
  if (y) checkTensor(`${where}: y`, y);
  if (!y || sizeOf(y.shape) !== n)
    throw new AumentoError(
      "shape",
      `${where}: the GAN has ${classes} classes, so each sample needs its number (labels [${n}], classMode "sparse"); got ${y ? showShape(y.shape) : "none"}`,
    );
  for (const label of y.data)
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new AumentoError(
        "argument",
        `${where}: no class ${label}: the GAN has ${classes}, numbered 0..${classes - 1}`,
      );
  return y.data;
}

/** Standard normal numbers; with `truncation` those further from 0 are drawn again (Brock et al. 2019). */
function normals(data: Float32Array, stream: RandomStream, truncation?: number): Float32Array {
  for (let i = 0; i < data.length; i++) {
    do data[i] = stream.normal();
    while (truncation !== undefined && Math.abs(data[i]) > truncation);
  }
  return data;
}

/** Latent vectors [n, size] of one stream: those of a training step. */
export function stepLatents(n: number, size: number, seed: number, name: string): Tensor {
  return { data: normals(new Float32Array(n * size), new RandomStream(seed, name)), shape: [n, size] };
}

/** The latent vector number `index` of a seed: it does not depend on how many are drawn. */
export function latentVector(size: number, seed: number, index = 0, truncation?: number): Float32Array {
  checkNumber("seed", seed, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
  if (truncation !== undefined) checkNumber("truncation", truncation, { min: 0.05 });
  return normals(new Float32Array(size), new RandomStream(seed, `latent/${index}`), truncation);
}

/** Latent vectors number `first`, `first` + 1, … of a seed as one tensor [count, size]. */
export function latentVectors(
  size: number,
  {
    seed,
    count,
    first = 0,
    truncation,
  }: { seed: number; count: number; first?: number; truncation?: number },
): Tensor {
  const data = new Float32Array(count * size);
  for (let i = 0; i < count; i++) data.set(latentVector(size, seed, first + i, truncation), i * size);
  return { data, shape: [count, size] };
}

/** Classes [n] as rows [n, classes] with a one at the class. */
export function oneHotRows(classes: ArrayLike<number>, count: number): Tensor {
  const data = new Float32Array(classes.length * count);
  for (let i = 0; i < classes.length; i++) data[i * count + classes[i]] = 1;
  return { data, shape: [classes.length, count] };
}

/** Latent vectors [n, size] with the rows of their classes behind them, as a class-conditional generator takes them. */
export function withClasses(latents: Tensor, classes: Tensor | undefined): Tensor {
  if (!classes) return latents;
  const [n, size] = latents.shape;
  const count = classes.shape[1];
  const data = new Float32Array(n * (size + count));
  for (let i = 0; i < n; i++) {
    data.set(latents.data.subarray(i * size, (i + 1) * size), i * (size + count));
    data.set(classes.data.subarray(i * count, (i + 1) * count), i * (size + count) + size);
  }
  return { data, shape: [n, size + count] };
}

/**
 * `count` points on the way from one latent vector to another, ends included: along the great circle, with the length
 * going evenly (Shoemake 1985; White 2016), because the middle of a straight line is shorter than any normal vector of
 * many numbers.
 */
export function interpolateLatents(from: Float32Array, to: Float32Array, count: number): Tensor {
  checkNumber("interpolate: count", count, { min: 2, integer: true });
  if (from.length !== to.length || from.length === 0)
    badArgument("interpolate", `two latent vectors of one length`, [from.length, to.length]);
  const length = (v: Float32Array) => Math.hypot(...v);
  const [a, b] = [length(from), length(to)];
  const dot = from.reduce((sum, x, i) => sum + x * to[i], 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / (a * b || 1))));
  const data = new Float32Array(count * from.length);
  for (let k = 0; k < count; k++) {
    const t = k / (count - 1);
    // Vectors that point the same (or the opposite) way have no great circle of their own: a straight line.
    const straight = Math.sin(angle) < 1e-6 || a === 0 || b === 0;
    const scale = straight ? 1 : (a + t * (b - a)) / Math.sin(angle);
    const first = straight ? 1 - t : (Math.sin((1 - t) * angle) * scale) / a;
    const second = straight ? t : (Math.sin(t * angle) * scale) / b;
    for (let i = 0; i < from.length; i++) data[k * from.length + i] = first * from[i] + second * to[i];
  }
  return { data, shape: [count, from.length] };
}
