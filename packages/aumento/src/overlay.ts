import type { Image } from "@aumento/core";
import sharp from "sharp";
import type { Annotation } from "./annotations.ts";
import type { AnnotationFormats } from "./augmenter.ts";

/** Colours that stay apart from each other and from most photos, one a label. */
const colours = ["#ff3b6b", "#19c8ff", "#ffd400", "#3ddc5b", "#ff8a1f", "#b97bff"];

/** Escapes text for XML. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

type Corners = readonly [xMin: number, yMin: number, xMax: number, yMax: number];

/** A box's corners in pixels. The formats are those of Albumentations' documentation. */
function cornersOf(box: readonly number[], format: AnnotationFormats["bboxes"], image: Image): Corners {
  const [a, b, c, d] = box;
  const { width, height } = image;
  switch (format) {
    case "pascal_voc":
      return [a, b, c, d];
    case "coco":
      return [a, b, a + c, b + d];
    case "albumentations":
      return [a * width, b * height, c * width, d * height];
    case "yolo":
      return [(a - c / 2) * width, (b - d / 2) * height, (a + c / 2) * width, (b + d / 2) * height];
  }
}

/** SVG shapes of a picture's boxes and keypoints, at `scale` of the picture's size. */
export function annotationShapes(
  image: Image,
  annotation: Annotation,
  formats: AnnotationFormats,
  scale: number,
): string {
  const names = new Map<string, string>();
  const colourOf = (label: string) => {
    if (!names.has(label)) names.set(label, colours[names.size % colours.length]);
    return names.get(label)!;
  };
  const labelAt = (labels: unknown, row: number) =>
    Array.isArray(labels) && labels[row] !== undefined ? String(labels[row]) : "";
  const parts: string[] = [];
  for (const [row, box] of (annotation.bboxes ?? []).entries()) {
    const [x1, y1, x2, y2] = cornersOf(box, formats.bboxes, image).map((value) => value * scale);
    const label = labelAt(annotation.labels, row);
    const colour = colourOf(label);
    const at = `x="${x1.toFixed(1)}" y="${y1.toFixed(1)}"`;
    parts.push(
      `<rect ${at} width="${(x2 - x1).toFixed(1)}" height="${(y2 - y1).toFixed(1)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    if (label) {
      parts.push(
        `<text x="${(x1 + 3).toFixed(1)}" y="${(y1 + 12).toFixed(1)}" font-family="sans-serif" font-size="11" ` +
          `fill="${colour}" stroke="#000" stroke-width="2" paint-order="stroke">${escapeXml(label)}</text>`,
      );
    }
  }
  for (const [row, point] of (annotation.keypoints ?? []).entries()) {
    const [first, second] = point;
    const [x, y] = formats.keypoints === "yx" ? [second, first] : [first, second];
    const colour = colourOf(labelAt(annotation.keypointLabels, row));
    // A keypoint at (0, 0) is the middle of the first pixel.
    const at = `cx="${((x + 0.5) * scale).toFixed(1)}" cy="${((y + 0.5) * scale).toFixed(1)}"`;
    parts.push(`<circle ${at} r="4" fill="${colour}" stroke="#000" stroke-width="1.2"/>`);
  }
  return parts.join("");
}

/** The outline of a mask's regions as RGBA pixels at the given size: a line wherever the value changes. */
export async function maskOutline(mask: Image, width: number, height: number): Promise<Buffer> {
  const channels = mask.channels as 1 | 2 | 3 | 4; // masks are read from picture files
  const { data } = await sharp(mask.data, { raw: { width: mask.width, height: mask.height, channels } })
    .resize(width, height, { kernel: "nearest", fit: "fill" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const stride = data.length / (width * height);
  const outline = Buffer.alloc(width * height * 4);
  const differs = (a: number, b: number) => {
    for (let channel = 0; channel < stride; channel++) {
      if (data[a * stride + channel] !== data[b * stride + channel]) return true;
    }
    return false;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const edge = (x + 1 < width && differs(at, at + 1)) || (y + 1 < height && differs(at, at + width));
      if (edge) outline.set([255, 0, 220, 255], at * 4);
    }
  }
  return outline;
}
