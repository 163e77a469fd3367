// Optimizer steps in place: one pass over weights, gradients and state. Every array begins at a multiple of 16 bytes and
// has room up to the next one, so that the last group of four needs no care.

/**
 * Stochastic gradient descent with momentum, as Keras has it: v = momentum * v - rate * g; w += v, or with Nesterov's
 * form w += momentum * v - rate * g.
 */
export function sgd(
  weights: usize,
  gradients: usize,
  velocities: usize,
  length: i32,
  rate: f32,
  momentum: f32,
  nesterov: bool,
): void {
  const rates = f32x4.splat(rate);
  const momenta = f32x4.splat(momentum);
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const step = f32x4.mul(rates, v128.load(gradients + i));
    const velocity = f32x4.sub(f32x4.mul(momenta, v128.load(velocities + i)), step);
    v128.store(velocities + i, velocity);
    const move = nesterov ? f32x4.sub(f32x4.mul(momenta, velocity), step) : velocity;
    v128.store(weights + i, f32x4.add(v128.load(weights + i), move));
  }
}

/**
 * Adam (Kingma and Ba 2015) as Keras has it: `rate` comes corrected for the step's bias, epsilon is added to the root.
 * `kept` is what decoupled weight decay (Loshchilov and Hutter 2019) leaves of a weight: 1 for none.
 */
export function adam(
  weights: usize,
  gradients: usize,
  means: usize,
  squares: usize,
  length: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  kept: f32,
): void {
  const rates = f32x4.splat(rate);
  const towardsMean = f32x4.splat(1 - beta1);
  const towardsSquare = f32x4.splat(1 - beta2);
  const epsilons = f32x4.splat(epsilon);
  const remaining = f32x4.splat(kept);
  const bytes = (<usize>length) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const gradient = v128.load(gradients + i);
    let mean = v128.load(means + i);
    let square = v128.load(squares + i);
    mean = f32x4.add(mean, f32x4.mul(f32x4.sub(gradient, mean), towardsMean));
    square = f32x4.add(square, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), square), towardsSquare));
    v128.store(means + i, mean);
    v128.store(squares + i, square);
    const move = f32x4.div(f32x4.mul(rates, mean), f32x4.add(f32x4.sqrt(square), epsilons));
    v128.store(weights + i, f32x4.sub(f32x4.mul(v128.load(weights + i), remaining), move));
  }
}
