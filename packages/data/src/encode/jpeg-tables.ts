/** Tables of ITU-T T.81, annex K, and the segments of a JPEG that hold them. */

/** Place k of the zigzag as row * 8 + column (T.81, figure 5). */
export const zigzag: readonly number[] = zigzagOrder();

function zigzagOrder(): number[] {
  const order: number[] = [];
  for (let sum = 0; sum < 15; sum++) {
    const diagonal: number[] = [];
    for (let row = Math.max(0, sum - 7); row <= Math.min(7, sum); row++) diagonal.push(row * 8 + sum - row);
    order.push(...(sum % 2 === 0 ? diagonal.reverse() : diagonal));
  }
  return order;
}

/** Quantization of luma and chroma at quality 50 (tables K.1 and K.2), row by row. */
const luma = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const chroma = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** The two tables for a quality of 1 to 100, scaled as libjpeg does, so that "95" means what it means elsewhere. */
export function quantizationTables(quality: number): [luma: number[], chroma: number[]] {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - quality * 2;
  const scaled = (table: readonly number[]) =>
    table.map((value) => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))));
  return [scaled(luma), scaled(chroma)];
}

/** A Huffman table as T.81 writes it: how many codes of each length from 1 to 16, and the symbols in order. */
export interface HuffmanTable {
  counts: readonly number[];
  symbols: readonly number[];
}

const fromHex = (text: string) => [...text.matchAll(/../g)].map(([pair]) => Number.parseInt(pair, 16));
const dcSymbols = Array.from({ length: 12 }, (_, size) => size);

/** Tables K.3 to K.6: dc and ac of luma, dc and ac of chroma. */
export const huffmanTables: readonly HuffmanTable[] = [
  { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: dcSymbols },
  {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: fromHex(
      "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536" +
        "3738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999a" +
        "a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7" +
        "f8f9fa",
    ),
  },
  { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: dcSymbols },
  {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: fromHex(
      "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35" +
        "363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798" +
        "999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7" +
        "f8f9fa",
    ),
  },
];

/** The codes of a table by symbol (T.81, annex C): length in the low byte, code above. */
export function huffmanCodes({ counts, symbols }: HuffmanTable): Uint32Array {
  const codes = new Uint32Array(256);
  let code = 0;
  let place = 0;
  for (const [index, count] of counts.entries()) {
    for (let i = 0; i < count; i++) codes[symbols[place++]] = (code++ << 8) | (index + 1);
    code <<= 1;
  }
  return codes;
}
