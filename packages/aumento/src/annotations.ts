import { extname, join, posix, resolve } from "node:path";
import { AumentoError, messageOf } from "./errors.ts";
import { readText, writeFileAtomic } from "./files.ts";
import type { PictureList } from "./pictures.ts";

/**
 * What is known of one picture. The file is JSON lines (one such object a line, `.jsonl`) or a JSON array of
 * them (`.json`):
 *
 *     {"file": "birds/a.png", "bboxes": [[30, 40, 90, 110]], "labels": ["wren"], "keypoints": [[50, 60]],
 *      "keypointLabels": ["beak"], "mask": "masks/a.png"}
 *
 * `file` is relative to the folder of pictures, `mask` to the folder of the annotation file. `labels` and
 * `keypointLabels` follow the boxes and keypoints that survive; where the pipeline declares label fields of
 * its own, fields of those names do too. All other fields are carried over as they are.
 */
export interface Annotation {
  file: string;
  bboxes?: number[][];
  keypoints?: number[][];
  mask?: string;
  [field: string]: unknown;
}

/** Annotations by picture, and the form they were in. */
export interface Annotations {
  path: string;
  form: "json" | "jsonl";
  byFile: Map<string, Annotation>;
}

const isRows = (value: unknown): value is number[][] =>
  Array.isArray(value) &&
  value.every((row) => Array.isArray(row) && row.every((number) => typeof number === "number"));

function checkAnnotation(value: unknown, where: string): Annotation {
  const fail = (message: string) => new AumentoError("invalid_annotations", `${where}: ${message}`);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fail('expected an object such as {"file": "a.png", "bboxes": [[0, 0, 9, 9]]}');
  }
  const fields: Record<string, unknown> = { ...value };
  const { file, bboxes, keypoints, mask } = fields;
  if (typeof file !== "string" || file === "") {
    throw fail(`"file" must be the picture's path, got ${JSON.stringify(file)}`);
  }
  for (const [name, rows] of Object.entries({ bboxes, keypoints })) {
    if (rows !== undefined && !isRows(rows)) {
      throw fail(`"${name}" must be rows of numbers, got ${JSON.stringify(rows).slice(0, 60)}`);
    }
  }
  if (mask !== undefined && typeof mask !== "string")
    throw fail(`"mask" must be a path, got ${JSON.stringify(mask)}`);
  return { ...fields, file: posix.normalize(file) } as Annotation; // the checks above establish it
}

/** Reads an annotation file; every error names the file and the line or entry. */
export async function readAnnotations(path: string): Promise<Annotations> {
  const text = await readText(path, "annotation file");
  const form = extname(path).toLowerCase() === ".json" && text.trimStart().startsWith("[") ? "json" : "jsonl";
  const byFile = new Map<string, Annotation>();
  for (const [value, where] of entries(path, text, form)) {
    const annotation = checkAnnotation(value, where);
    if (byFile.has(annotation.file)) {
      throw new AumentoError("invalid_annotations", `${where}: a second entry for ${annotation.file}`);
    }
    byFile.set(annotation.file, annotation);
  }
  return { path, form, byFile };
}

function entries(path: string, text: string, form: "json" | "jsonl"): [value: unknown, where: string][] {
  const parse = (json: string, where: string): unknown => {
    try {
      return JSON.parse(json);
    } catch (error) {
      throw new AumentoError("invalid_annotations", `${where}: not JSON: ${messageOf(error)}`);
    }
  };
  if (form === "jsonl") {
    return text.split("\n").flatMap((line, index): [unknown, string][] => {
      const where = `${path}, line ${index + 1}`;
      return line.trim() === "" ? [] : [[parse(line, where), where]];
    });
  }
  const values = parse(text, path);
  if (!Array.isArray(values)) throw new AumentoError("invalid_annotations", `${path}: expected an array`);
  return values.map((value: unknown, index) => [value, `${path}, entry ${index + 1}`]);
}

/** The text of an annotation file in either form. */
export function annotationText(form: Annotations["form"], all: readonly Annotation[]): string {
  const lines = all.map((annotation) => JSON.stringify(annotation));
  return form === "jsonl" ? lines.map((line) => `${line}\n`).join("") : `[\n${lines.join(",\n")}\n]\n`;
}

/** Writes annotations in the form they came in. */
export async function writeAnnotations(
  path: string,
  form: Annotations["form"],
  all: readonly Annotation[],
): Promise<void> {
  await writeFileAtomic(path, annotationText(form, all));
}

/** Complains about entries whose picture is not among those that are worked on: a slip would pass unseen. */
export function checkAllFound(annotations: Annotations, files: readonly string[]): void {
  const known = new Set(files);
  const lost = [...annotations.byFile.keys()].filter((file) => !known.has(file));
  if (lost.length === 0) return;
  const more = lost.length > 1 ? ` and ${lost.length - 1} more` : "";
  throw new AumentoError(
    "invalid_annotations",
    `${annotations.path} names pictures that are not there: ${lost[0]}${more} (paths are relative to the folder of pictures)`,
  );
}

/** Where an annotation's mask lies. */
export const maskPath = (annotations: Annotations, mask: string): string =>
  join(annotations.path, "..", mask);

/** Masks that annotations name may lie among the pictures, but they are not pictures to work on. */
export function withoutMasks(list: PictureList, annotations: Annotations | undefined): PictureList {
  if (!annotations || list.single) return list;
  const masks = new Set<string>();
  for (const { mask } of annotations.byFile.values()) {
    if (mask !== undefined) masks.add(resolve(maskPath(annotations, mask)));
  }
  return { ...list, files: list.files.filter((file) => !masks.has(resolve(list.root, file))) };
}
