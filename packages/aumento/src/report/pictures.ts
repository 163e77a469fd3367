import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import sharp from "sharp";
import type { Arm, Evaluation, Mistake, Result, Seen, Subset } from "../experiment/result.ts";
import { count, percent } from "../format.ts";
import { html, type Markup } from "./html.ts";

/** Pixels of a thumbnail's longer side: sharp enough on a dense screen at the 112 CSS pixels it is shown in. */
const thumbnailSize = 168;
const shownMistakes = 12;

function dataUri(jpeg: Buffer): string {
  return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
}

async function thumbnail(path: string): Promise<string | null> {
  try {
    const jpeg = await sharp(path, { failOn: "none" })
      .rotate()
      .resize(thumbnailSize, thumbnailSize, { fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#808080" })
      .jpeg({ quality: 76, mozjpeg: true })
      .toBuffer();
    return dataUri(jpeg);
  } catch {
    // Moved or deleted since training: the report says so in the picture's place.
    return null;
  }
}

function tile(source: string | null, alt: string, caption: Markup): Markup {
  const picture = source
    ? html`<img src="${source}" alt="${alt}">`
    : html`<span class="gone">picture not found</span>`;
  return html`<li>${picture}<span class="label">${caption}</span></li>`;
}

async function mistakeTile(folder: string, mistake: Mistake): Promise<Markup> {
  const source = await thumbnail(join(folder, mistake.file));
  const alt = `${mistake.file}: ${mistake.actual}, taken for ${mistake.predicted}`;
  return tile(
    source,
    alt,
    html`<b>${mistake.actual}</b><br>said ${mistake.predicted}, ${percent(mistake.confidence)}<br><span class="quiet file" title="${mistake.file}">${mistake.file}</span>`,
  );
}

/** The pictures one arm got most wrong in its first evaluated start. */
export async function mistakes(result: Result, arm: Arm, subset: Subset): Promise<Markup> {
  const run = arm.runs.find((one) => one[subset] !== null);
  const evaluation: Evaluation | null = run ? run[subset] : null;
  if (!run || !evaluation) return html`<h3>${arm.title}</h3><p class="quiet">Not evaluated yet.</p>`;
  const wrong =
    evaluation.confusion.flat().reduce((sum, value) => sum + value, 0) -
    evaluation.confusion.reduce((sum, row, index) => sum + row[index], 0);
  const shown = evaluation.mistakes.slice(0, shownMistakes);
  const note =
    wrong === 0
      ? html`None: every ${subset} picture was classified rightly.`
      : html`${count(wrong, "mistake")} on ${count(evaluation.pictures, `${subset} picture`)}${shown.length < wrong ? html`; the ${shown.length} furthest from the truth` : ""}${arm.runs.length > 1 ? html` (start ${run.seed})` : ""}`;
  const tiles: Markup[] = [];
  for (const mistake of shown) tiles.push(await mistakeTile(resolve(result.settings.folder), mistake));
  return html`<h3><span class="swatch" style="background:var(--arm-${arm.name})"></span>${arm.title}</h3><p class="quiet">${note}</p><ul class="tiles">${tiles}</ul>`;
}

async function seenTile(folder: string, seen: Seen, arm: Arm): Promise<Markup> {
  const source = await readFile(join(folder, seen.path)).then(dataUri, () => null);
  return tile(source, `${seen.className}, as the network saw it with ${arm.title}`, html`${seen.className}`);
}

/** The contact sheet of what one arm's network was shown; `folder` is where result.json lies. */
export async function seenPictures(arm: Arm, folder: string): Promise<Markup> {
  if (arm.seen.length === 0) return html``;
  const tiles = await Promise.all(arm.seen.map((seen) => seenTile(folder, seen, arm)));
  return html`<h3><span class="swatch" style="background:var(--arm-${arm.name})"></span>${arm.title}</h3><ul class="tiles small">${tiles}</ul>`;
}
