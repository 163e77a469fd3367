// What lies outside a picture, with OpenCV's codes: 0 constant, 1 replicate, 2 reflect, 3 wrap, 4 reflect_101.

@inline
function modulo(value: i32, period: i32): i32 {
  const rest = value % period;
  return rest < 0 ? rest + period : rest;
}

/** The position inside 0..length-1 that stands for `index`, or -1 for the fill value. */
export function borderIndex(index: i32, length: i32, mode: i32): i32 {
  if (<u32>index < <u32>length) return index;
  if (mode == 0) return -1;
  if (mode == 1) return index < 0 ? 0 : length - 1;
  if (mode == 3) return modulo(index, length);
  if (mode == 2) {
    const position = modulo(index, 2 * length);
    return position < length ? position : 2 * length - 1 - position;
  }
  if (length == 1) return 0;
  const period = 2 * length - 2;
  const position = modulo(index, period);
  return position < length ? position : period - position;
}
