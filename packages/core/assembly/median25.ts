// Medians of 5 x 5 windows. The source has its border added already.

// @ts-ignore: decorator
@inline
function min(a: v128, b: v128): v128 {
  return i8x16.min_u(a, b);
}

// @ts-ignore: decorator
@inline
function max(a: v128, b: v128): v128 {
  return i8x16.max_u(a, b);
}

/** Sorts the five values above one another at every place of a row into five rows `plane` bytes apart. */
function sortColumns(src: usize, stride: usize, dst: usize, plane: usize, count: i32): void {
  for (let i = 0; i < count; i += 16) {
    const at = src + <usize>i;
    const a = v128.load(at);
    const b = v128.load(at + stride);
    const c = v128.load(at + 2 * stride);
    const d = v128.load(at + 3 * stride);
    const e = v128.load(at + 4 * stride);
    // Sorting network of nine comparisons: (a d) (b e), (a c) (b d), (a b) (c e), (b c) (d e), (c d).
    const a0 = min(a, d);
    const d0 = max(a, d);
    const b0 = min(b, e);
    const e0 = max(b, e);
    const a1 = min(a0, c);
    const c1 = max(a0, c);
    const b1 = min(b0, d0);
    const d1 = max(b0, d0);
    const a2 = min(a1, b1);
    const b2 = max(a1, b1);
    const c2 = min(c1, e0);
    const e2 = max(c1, e0);
    const b3 = min(b2, c2);
    const c3 = max(b2, c2);
    const d3 = min(d1, e2);
    const e3 = max(d1, e2);
    const to = dst + <usize>i;
    v128.store(to, a2);
    v128.store(to + plane, b3);
    v128.store(to + 2 * plane, min(c3, d3));
    v128.store(to + 3 * plane, max(c3, d3));
    v128.store(to + 4 * plane, e3);
  }
}

/**
 * Each column of a window is sorted once, for all five windows it belongs to; then each rank's five values are sorted
 * as far as needed. Of the table that is now ascending along both sides, the six values that have more than twelve
 * above them and the six with more than twelve below drop out; the median of the thirteen left is found by dropping
 * the least and the greatest of eight, then seven, ... The comparisons that nothing depends on are left out.
 * `work`: five rows of (width + 4) * channels + 32 bytes.
 */
export function median25(padded: usize, dst: usize, width: i32, height: i32, channels: i32, work: usize): void {
  const count = width * channels;
  const rowBytes = (width + 4) * channels;
  const stride = <usize>rowBytes;
  const plane = <usize>(rowBytes + 32);
  const step = <usize>channels;
  for (let y = 0; y < height; y++) {
    sortColumns(padded, stride, work, plane, rowBytes);
    for (let i = 0; i < count; i += 16) {
      const at = work + <usize>i;
      const r0c0 = v128.load(at);
      const r0c1 = v128.load(at + step);
      const r0c2 = v128.load(at + 2 * step);
      const r0c3 = v128.load(at + 3 * step);
      const r0c4 = v128.load(at + 4 * step);
      const r1c0 = v128.load(at + plane);
      const r1c1 = v128.load(at + plane + step);
      const r1c2 = v128.load(at + plane + 2 * step);
      const r1c3 = v128.load(at + plane + 3 * step);
      const r1c4 = v128.load(at + plane + 4 * step);
      const r2c0 = v128.load(at + 2 * plane);
      const r2c1 = v128.load(at + 2 * plane + step);
      const r2c2 = v128.load(at + 2 * plane + 2 * step);
      const r2c3 = v128.load(at + 2 * plane + 3 * step);
      const r2c4 = v128.load(at + 2 * plane + 4 * step);
      const r3c0 = v128.load(at + 3 * plane);
      const r3c1 = v128.load(at + 3 * plane + step);
      const r3c2 = v128.load(at + 3 * plane + 2 * step);
      const r3c3 = v128.load(at + 3 * plane + 3 * step);
      const r3c4 = v128.load(at + 3 * plane + 4 * step);
      const r4c0 = v128.load(at + 4 * plane);
      const r4c1 = v128.load(at + 4 * plane + step);
      const r4c2 = v128.load(at + 4 * plane + 2 * step);
      const r4c3 = v128.load(at + 4 * plane + 3 * step);
      const r4c4 = v128.load(at + 4 * plane + 4 * step);
      const m0 = min(r0c0, r0c3);
      const m1 = max(r0c0, r0c3);
      const m2 = min(r0c1, r0c4);
      const m3 = max(r0c1, r0c4);
      const m4 = min(m0, r0c2);
      const m5 = max(m0, r0c2);
      const m6 = min(m2, m1);
      const m7 = max(m2, m1);
      const m8 = max(m4, m6);
      const m9 = min(m5, m3);
      const m10 = max(m5, m3);
      const m11 = max(m8, m9);
      const m12 = min(m7, m10);
      const m13 = max(m7, m10);
      const m14 = max(m11, m12);
      const m15 = min(r1c0, r1c3);
      const m16 = max(r1c0, r1c3);
      const m17 = min(r1c1, r1c4);
      const m18 = max(r1c1, r1c4);
      const m19 = min(m15, r1c2);
      const m20 = max(m15, r1c2);
      const m21 = min(m17, m16);
      const m22 = max(m17, m16);
      const m23 = max(m19, m21);
      const m24 = min(m20, m18);
      const m25 = max(m20, m18);
      const m26 = max(m23, m24);
      const m27 = min(m22, m25);
      const m28 = max(m22, m25);
      const m29 = min(m26, m27);
      const m30 = max(m26, m27);
      const m31 = min(r2c0, r2c3);
      const m32 = max(r2c0, r2c3);
      const m33 = min(r2c1, r2c4);
      const m34 = max(r2c1, r2c4);
      const m35 = min(m31, r2c2);
      const m36 = max(m31, r2c2);
      const m37 = min(m33, m32);
      const m38 = max(m33, m32);
      const m39 = max(m35, m37);
      const m40 = min(m36, m34);
      const m41 = max(m36, m34);
      const m42 = min(m39, m40);
      const m43 = max(m39, m40);
      const m44 = min(m38, m41);
      const m45 = min(m43, m44);
      const m46 = max(m43, m44);
      const m47 = min(r3c0, r3c3);
      const m48 = max(r3c0, r3c3);
      const m49 = min(r3c1, r3c4);
      const m50 = max(r3c1, r3c4);
      const m51 = min(m47, r3c2);
      const m52 = max(m47, r3c2);
      const m53 = min(m49, m48);
      const m54 = max(m49, m48);
      const m55 = min(m51, m53);
      const m56 = max(m51, m53);
      const m57 = min(m52, m50);
      const m58 = max(m52, m50);
      const m59 = min(m56, m57);
      const m60 = max(m56, m57);
      const m61 = min(m54, m58);
      const m62 = min(m60, m61);
      const m63 = min(r4c0, r4c3);
      const m64 = max(r4c0, r4c3);
      const m65 = min(r4c1, r4c4);
      const m66 = max(r4c1, r4c4);
      const m67 = min(m63, r4c2);
      const m68 = max(m63, r4c2);
      const m69 = min(m65, m64);
      const m70 = min(m67, m69);
      const m71 = max(m67, m69);
      const m72 = min(m68, m66);
      const m73 = min(m71, m72);
      const m74 = min(m14, m46);
      const m75 = max(m14, m46);
      const m76 = min(m13, m45);
      const m77 = max(m13, m45);
      const m78 = min(m29, m42);
      const m79 = max(m29, m42);
      const m80 = min(m30, m28);
      const m81 = max(m30, m28);
      const m82 = min(m74, m76);
      const m83 = max(m74, m76);
      const m84 = min(m82, m78);
      const m85 = max(m82, m78);
      const m86 = max(m84, m80);
      const m87 = min(m77, m75);
      const m88 = max(m77, m75);
      const m89 = min(m79, m88);
      const m90 = max(m79, m88);
      const m91 = min(m81, m90);
      const m92 = min(m55, m87);
      const m93 = max(m55, m87);
      const m94 = min(m83, m89);
      const m95 = max(m83, m89);
      const m96 = min(m85, m91);
      const m97 = max(m85, m91);
      const m98 = min(m92, m94);
      const m99 = max(m92, m94);
      const m100 = min(m98, m96);
      const m101 = max(m98, m96);
      const m102 = max(m100, m86);
      const m103 = min(m95, m93);
      const m104 = max(m95, m93);
      const m105 = min(m97, m104);
      const m106 = max(m97, m104);
      const m107 = min(m102, m106);
      const m108 = min(m59, m103);
      const m109 = max(m59, m103);
      const m110 = min(m99, m105);
      const m111 = max(m99, m105);
      const m112 = min(m101, m107);
      const m113 = max(m101, m107);
      const m114 = min(m108, m110);
      const m115 = max(m108, m110);
      const m116 = max(m114, m112);
      const m117 = min(m111, m109);
      const m118 = max(m111, m109);
      const m119 = min(m113, m118);
      const m120 = min(m62, m117);
      const m121 = max(m62, m117);
      const m122 = min(m115, m119);
      const m123 = max(m115, m119);
      const m124 = min(m120, m122);
      const m125 = max(m120, m122);
      const m126 = max(m124, m116);
      const m127 = min(m123, m121);
      const m128 = max(m123, m121);
      const m129 = min(m126, m128);
      const m130 = min(m70, m127);
      const m131 = max(m70, m127);
      const m132 = min(m125, m129);
      const m133 = max(m125, m129);
      const m134 = max(m130, m132);
      const m135 = min(m133, m131);
      const m136 = min(m73, m135);
      const m137 = max(m73, m135);
      const m138 = max(m136, m134);
      const m139 = min(m138, m137);
      v128.store(dst + <usize>i, m139);
    }
    padded += stride;
    dst += <usize>count;
  }
}
