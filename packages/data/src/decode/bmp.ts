import type { Image } from "@aumento/core";

/** Uncompressed, and uncompressed with masks that say where red, green and blue lie. */
const PLAIN = 0;
const BITFIELDS = 3;
/** Pictures with more pixels than this are refused, as sharp refuses them. */
const MOST_PIXELS = 0x3fff * 0x3fff;

/** Where the colour of each pixel comes from. */
interface Layout {
  width: number;
  height: number;
  /** Rows go upwards, unless the height was given as negative. */
  upwards: boolean;
  bits: number;
  /** Where the rows begin, and bytes from one to the next. */
  start: number;
  stride: number;
  /** Where the palette of up to 256 entries of four bytes begins. */
  palette: number;
}

/** Whether these are the bytes of a Windows bitmap, which sharp does not read and Keras does. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length > 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/** Reads the two headers (BITMAPFILEHEADER and BITMAPINFOHEADER or one of its later, longer forms). */
function readLayout(view: DataView): Layout {
  const headerSize = view.getUint32(14, true);
  if (headerSize < 40)
    throw new Error(`BMP header of ${headerSize} bytes is not supported, expected at least 40`);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width < 1 || height < 1 || width * height > MOST_PIXELS)
    throw new Error(`BMP of ${width} x ${height} pixels`);
  if (![1, 4, 8, 24, 32].includes(bits)) throw new Error(`BMP with ${bits} bits a pixel is not supported`);
  const masksAsUsual =
    compression === BITFIELDS &&
    bits === 32 &&
    [0xff0000, 0xff00, 0xff].every((mask, place) => view.getUint32(54 + place * 4, true) === mask);
  if (compression !== PLAIN && !masksAsUsual)
    throw new Error(`BMP with compression ${compression} is not supported`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  const start = view.getUint32(10, true);
  if (start + stride * height > view.byteLength) throw new Error("premature end of BMP image");
  return { width, height, upwards: signedHeight > 0, bits, start, stride, palette: 14 + headerSize };
}

/** Decodes an uncompressed Windows bitmap to RGB. */
export function decodeBmp(bytes: Uint8Array): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { width, height, upwards, bits, start, stride, palette } = readLayout(view);
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = start + (upwards ? height - 1 - y : y) * stride;
    for (let x = 0; x < width; x++) {
      let from = row + (x * bits) / 8;
      if (bits <= 8) {
        const bit = x * bits;
        const entry = (bytes[row + (bit >> 3)] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        from = palette + entry * 4;
      }
      // Stored as blue, green, red.
      data[to++] = bytes[from + 2];
      data[to++] = bytes[from + 1];
      data[to++] = bytes[from];
    }
  }
  return { data, width, height, channels: 3 };
}
