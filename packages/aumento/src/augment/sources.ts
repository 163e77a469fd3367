import { extname, join } from "node:path";
import { type Annotations, checkAllFound, maskPath, readAnnotations, withoutMasks } from "../annotations.ts";
import { AumentoError } from "../errors.ts";
import { assertOutside, kindOf } from "../files.ts";
import { count } from "../format.ts";
import { listPictures } from "../pictures.ts";
import { type AugmentFolderOptions, validationStaysAsItIs } from "./settings.ts";

/** The pictures of SRC and what belongs to them. */
export interface Sources {
  /** Paths relative to SRC, class by class, sorted within a class: the order that training takes. */
  pictures: string[];
  /** The class of each picture; all 0 where there are no classes. */
  labels: number[];
  classNames: string[];
  /** The mask file of each picture that has one; with any, pictures and masks go to folders side by side. */
  masks?: Map<string, string>;
  annotations?: Annotations;
  warnings: string[];
}

const stemOf = (path: string) => path.slice(0, path.length - extname(path).length);

/** Lists the pictures, their classes, masks and annotations, and refuses folders that cannot be worked on. */
export async function findSources(options: AugmentFolderOptions): Promise<Sources> {
  const { folder, out, masks } = options;
  const kind = await kindOf(folder);
  if (kind === undefined) throw new AumentoError("not_found", `no such folder: ${folder}`);
  if (kind === "file")
    throw new AumentoError("invalid_input", `${folder} is a file, expected a folder of pictures`);
  await assertOutside(out, folder);
  if (masks !== undefined) await assertOutside(out, masks);
  const annotations =
    options.annotations === undefined ? undefined : await readAnnotations(options.annotations);
  const { files, warnings } = withoutMasks(await listPictures(folder, masks), annotations);
  if (annotations) checkAllFound(annotations, files);
  const found = byClass(folder, files);
  refuseDivided(folder, found.classNames, options);
  return {
    ...found,
    warnings: [...warnings, ...found.warnings],
    annotations,
    masks: await masksOf(masks, annotations, found.pictures),
  };
}

function byClass(
  folder: string,
  files: readonly string[],
): Pick<Sources, "pictures" | "labels" | "classNames" | "warnings"> {
  const classes = new Map<string, string[]>();
  const loose: string[] = [];
  for (const file of files) {
    const slash = file.indexOf("/");
    if (slash < 0) {
      loose.push(file);
      continue;
    }
    const members = classes.get(file.slice(0, slash));
    if (members) members.push(file);
    else classes.set(file.slice(0, slash), [file]);
  }
  if (classes.size === 0)
    return { pictures: loose, labels: loose.map(() => 0), classNames: [], warnings: [] };
  const classNames = [...classes.keys()].sort();
  const members = classNames.map((name) => classes.get(name)!);
  const warnings =
    loose.length === 0
      ? []
      : [`${folder}: ${count(loose.length, "picture")} outside any class folder ignored`];
  for (const [label, { length }] of members.entries()) {
    if (length === 1)
      warnings.push(`class "${classNames[label]}" has one picture: all its files come from it`);
  }
  return {
    pictures: members.flat(),
    labels: members.flatMap((pictures, label) => pictures.map(() => label)),
    classNames,
    warnings,
  };
}

const validationNames = ["validation", "valid", "val", "test"];

/** A folder that is divided into train/ and validation/ already: its validation pictures must not be varied. */
function refuseDivided(folder: string, classNames: readonly string[], options: AugmentFolderOptions): void {
  const names = classNames.map((name) => name.toLowerCase());
  const divided = names.some((name) => ["train", "training"].includes(name));
  const place = names.findIndex((name) => validationNames.includes(name));
  if (divided && place >= 0) {
    throw new AumentoError(
      "invalid_input",
      `${folder} is divided already (${classNames.join(", ")}), and ${validationStaysAsItIs}; ` +
        `give ${join(folder, "train")} and leave ${classNames[place]} as it is`,
    );
  }
  if (options.balance && classNames.length < 2) {
    const found = classNames.length === 0 ? "no class folders" : `one class folder (${classNames[0]})`;
    throw new AumentoError(
      "invalid_input",
      `balance: expected at least two classes in ${folder}, found ${found}`,
    );
  }
}

async function masksOf(
  folder: string | undefined,
  annotations: Annotations | undefined,
  pictures: readonly string[],
): Promise<Map<string, string> | undefined> {
  const result = new Map<string, string>();
  if (folder !== undefined) {
    const byStem = new Map<string, string>();
    const { root, files, single } = await listPictures(folder);
    if (single) throw new AumentoError("invalid_input", `masks: expected a folder, ${folder} is a file`);
    for (const file of files) {
      const other = byStem.get(stemOf(file));
      if (other !== undefined)
        throw new AumentoError("invalid_input", `masks: ${other} and ${file} are both masks of one picture`);
      byStem.set(stemOf(file), file);
    }
    const missing = pictures.filter((picture) => !byStem.has(stemOf(picture)));
    if (missing.length > 0) {
      const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
      throw new AumentoError(
        "not_found",
        `masks: ${folder} holds none for ${missing[0]}${more} (expected ${stemOf(missing[0])}.png, say)`,
      );
    }
    for (const picture of pictures) result.set(picture, join(root, byStem.get(stemOf(picture))!));
  }
  for (const picture of pictures) {
    const mask = annotations?.byFile.get(picture)?.mask;
    if (mask === undefined || !annotations) continue;
    if (folder !== undefined)
      throw new AumentoError(
        "invalid_annotations",
        `${annotations.path} names masks, and masks are given too; give one`,
      );
    result.set(picture, maskPath(annotations, mask));
  }
  return result.size > 0 ? result : undefined;
}
