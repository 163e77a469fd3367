import { loadSharp } from "./decode/load-sharp.ts";
import type { PictureFormat, Pixels } from "./picture-maker.ts";

export interface ContactSheetOptions {
  /** Default 3. */
  rows?: number;
  /** Default 3. */
  columns?: number;
  /** Width of a picture on the sheet in pixels. Default 200. */
  cellWidth?: number;
}

const GAP = 12;
const CAPTION = 24;
const FONT_SIZE = 14;

/** The smallest and largest of the values. */
function extent(values: Float32Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Pixels to look at: float values are spread over 0..255, since a normalised picture has no natural range. */
function visible(pixels: Pixels): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels;
  const [low, high] = extent(pixels);
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(pixels, (value) => (value - low) * scale);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The captions as one drawing over the whole sheet. */
function captionsSvg(
  captions: readonly string[],
  place: (at: number) => [number, number],
  cell: number,
  size: [number, number],
): Buffer {
  const most = Math.max(4, Math.floor(cell / (FONT_SIZE * 0.56))); // characters that fit, at a sans serif's usual width
  const texts = captions.map((caption, at) => {
    const [x, y] = place(at);
    const shown = caption.length > most ? `${caption.slice(0, most - 1)}…` : caption;
    return `<text x="${x + cell / 2}" y="${y + CAPTION - 7}">${escapeXml(shown)}</text>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" text-anchor="middle" ` +
      `font-family="sans-serif" font-size="${FONT_SIZE}" fill="#222">${texts.join("")}</svg>`,
  );
}

/** Pictures in rows and columns on white, each with its caption below, as a PNG. */
export async function contactSheet(
  pictures: readonly { data: Pixels; caption: string }[],
  format: PictureFormat,
  options: ContactSheetOptions,
): Promise<Buffer> {
  const sharp = await loadSharp();
  const { columns = 3, rows = 3, cellWidth = 200 } = options;
  const cellHeight = Math.max(1, Math.round((cellWidth * format.height) / format.width));
  const width = columns * (cellWidth + GAP) + GAP;
  const height = rows * (cellHeight + CAPTION + GAP) + GAP;
  const corner = (at: number): [number, number] => [
    GAP + (at % columns) * (cellWidth + GAP),
    GAP + Math.floor(at / columns) * (cellHeight + CAPTION + GAP),
  ];
  const layers = await Promise.all(
    pictures.map(async ({ data }, at) => {
      // 1 to 4: no transform makes more.
      const channels = format.channels as 1 | 2 | 3 | 4;
      const input = await sharp(visible(data), {
        raw: { width: format.width, height: format.height, channels },
      })
        .resize(cellWidth, cellHeight, {
          fit: "fill",
          kernel: format.width > cellWidth ? "lanczos3" : "nearest",
        })
        .png()
        .toBuffer();
      const [left, top] = corner(at);
      return { input, left, top };
    }),
  );
  const below = (at: number): [number, number] => [corner(at)[0], corner(at)[1] + cellHeight];
  const captions = captionsSvg(
    pictures.map(({ caption }) => caption),
    below,
    cellWidth,
    [width, height],
  );
  return sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
    .composite([...layers, { input: captions, left: 0, top: 0 }])
    .png()
    .toBuffer();
}
