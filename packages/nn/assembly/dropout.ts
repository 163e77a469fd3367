// Dropout masks by Philox 4x32-10 (Salmon et al. 2011): the same numbers as RandomStream in src/random.ts.

const M0: u64 = 0xd2511f53;
const M1: u64 = 0xcd9e8d57;
const W0: u32 = 0x9e3779b9;
const W1: u32 = 0xbb67ae85;

/**
 * Writes 0 with probability `rate` and 1 / (1 - rate) otherwise, `length` times; the array has room for a multiple of
 * four. `stream` and the two words of the key name the sequence.
 */
export function dropoutMask(target: usize, length: i32, rate: f32, stream: u32, key0: u32, key1: u32): void {
  const scale: f32 = <f32>(1.0 / (1.0 - <f64>rate));
  const blocks: u32 = <u32>((length + 3) >> 2);
  for (let block: u32 = 0; block < blocks; block++) {
    let c0 = block;
    let c1: u32 = 0;
    let c2 = stream;
    let c3: u32 = 0;
    let k0 = key0;
    let k1 = key1;
    for (let round = 0; round < 10; round++) {
      const product0 = M0 * <u64>c0;
      const product1 = M1 * <u64>c2;
      c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
      c1 = <u32>product1;
      c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
      c3 = <u32>product0;
      k0 += W0;
      k1 += W1;
    }
    store<f32>(target, drawn(c0, rate, scale));
    store<f32>(target, drawn(c1, rate, scale), 4);
    store<f32>(target, drawn(c2, rate, scale), 8);
    store<f32>(target, drawn(c3, rate, scale), 12);
    target += 16;
  }
}

/** 24 bits as a number in [0, 1), compared with the rate. */
// @ts-ignore: decorator
@inline
function drawn(bits: u32, rate: f32, scale: f32): f32 {
  return <f32>(bits >> 8) * <f32>(1.0 / 16777216.0) < rate ? 0 : scale;
}
