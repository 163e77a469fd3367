/** What the segments before the first scan of a JPEG say. */
export interface JpegHeader {
  width: number;
  height: number;
  /** Three components of 8 bits in YCbCr, the usual kind. */
  usual: boolean;
  /** Has an Exif segment, which may hold an orientation. */
  exif: boolean;
}

const START_OF_SCAN = 0xda;
const APP1 = 0xe1;
const APP14 = 0xee;

/** Start-of-frame markers: baseline, extended and progressive Huffman coding; the others are rare. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xc2;
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Reads a JPEG's header (ITU-T T.81, annex B); undefined for anything that is not a JPEG laid out in the usual way. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let exif = false;
  let rgb = false;
  let frame: JpegHeader | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === START_OF_SCAN) return frame && { ...frame, exif, usual: frame.usual && !rgb };
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const body = at + 4;
    if (length < 2 || at + 2 + length > bytes.length) return undefined;
    if (marker === APP1 && hasText(bytes, body, "Exif")) exif = true;
    // Adobe's segment may say that the components are RGB or CMYK: byte 11 is 1 for YCbCr.
    if (marker === APP14 && length >= 14 && hasText(bytes, body, "Adobe") && bytes[body + 11] !== 1)
      rgb = true;
    if (isFrame(marker)) {
      const ids = bytes[body + 6] === 1 && bytes[body + 9] === 2 && bytes[body + 12] === 3;
      frame = {
        height: bytes[body + 1] * 256 + bytes[body + 2],
        width: bytes[body + 3] * 256 + bytes[body + 4],
        usual: bytes[body] === 8 && bytes[body + 5] === 3 && ids,
        exif,
      };
    }
    at += 2 + length;
  }
  return undefined;
}
