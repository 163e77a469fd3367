// Constants of loops. V8 builds a constant vector anew in every round, which costs more than most operations; what
// was loaded before the loop stays in a register. All functions here are for variables outside a loop.

const SLOT: usize = memory.data(16, 16);

/** The value four times. */
// @ts-ignore: decorator
@inline
export function held(value: i32): v128 {
  store<i32>(SLOT, value);
  return v128.load32_splat(SLOT);
}

/** The value four times. */
// @ts-ignore: decorator
@inline
export function heldFloat(value: f32): v128 {
  store<f32>(SLOT, value);
  return v128.load32_splat(SLOT);
}

/** Any constant vector, such as an order of bytes for a swizzle. */
// @ts-ignore: decorator
@inline
export function heldVector(value: v128): v128 {
  v128.store(SLOT, value);
  return v128.load(SLOT);
}
