import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { AumentoError, show } from "./errors.ts";
import { systemCode } from "./write-file-atomic.ts";

/** Names that end so (in any case) are taken for pictures; everything else in a folder is ignored. */
export const pictureExtensions = [
  ".jpg",
  ".jpeg",
  ".jpe",
  ".jfif",
  ".png",
  ".gif",
  ".webp",
  ".tif",
  ".tiff",
  ".avif",
  ".bmp",
] as const;

/** What a folder of pictures holds. */
export interface PictureFolder {
  classNames: string[];
  /** Paths, class by class, sorted within a class. A picture's place here is its stable index. */
  files: string[];
  /** The class of each file; all 0 where there are no classes. */
  labels: number[];
  warnings: string[];
}

export interface ScanOptions {
  /** The classes to take, in this order; default all sub-folders, sorted. */
  classes?: readonly string[];
  /** Whether labels will be made: then at least two classes must be there. */
  needsClasses: boolean;
}

/** By UTF-16 code units: the same order on every machine, whatever its language. */
function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isPictureName(name: string): boolean {
  const lower = name.toLowerCase();
  return pictureExtensions.some((extension) => lower.endsWith(extension));
}

type Kind = "folder" | "file" | "other" | "dangling";

/** What a directory entry is, symbolic links followed. */
async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
  } catch {
    return "dangling"; // a link to nothing, or a folder that may not be entered: reading it will say which
  }
}

interface Entry {
  name: string;
  kind: Kind;
}

/** What is not hidden in a folder, sorted. Only what the listing itself leaves open is looked at one by one. */
async function entriesIn(folder: string): Promise<Entry[]> {
  const shown = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  const entries = shown.map(async (entry): Promise<Entry> => {
    const { name } = entry;
    if (entry.isDirectory()) return { name, kind: "folder" };
    return { name, kind: entry.isFile() ? "file" : await kindOf(join(folder, name)) };
  });
  return (await Promise.all(entries)).sort((a, b) => byCodeUnit(a.name, b.name));
}

export interface BelowOptions {
  /** A folder that is not entered, by whatever way it is reached. */
  except?: string;
  /** Where to say what was passed over. */
  warnings?: string[];
}

/**
 * Pictures of a folder and its sub-folders, by their names, as paths relative to it with "/", sorted by UTF-16 code
 * units. Hidden names are ignored and symbolic links followed, but for links to a folder above.
 */
export async function picturesBelow(folder: string, options: BelowOptions = {}): Promise<string[]> {
  const { warnings = [] } = options;
  const except =
    options.except === undefined ? undefined : await realpath(options.except).catch(() => undefined);
  // The real paths of the folders above, so that a link to one of them ends the walk instead of going round.
  const walk = async (inner: string, prefix: string, trail: readonly string[]): Promise<string[]> => {
    const real = await realpath(inner);
    if (trail.includes(real) || real === except) return [];
    const found: string[] = [];
    for (const { name, kind } of await entriesIn(inner)) {
      const path = join(inner, name);
      if (kind === "folder") {
        for (const each of await walk(path, `${prefix}${name}/`, [...trail, real])) found.push(each);
      } else if (isPictureName(name)) {
        if (kind === "other")
          warnings.push(`${path}: ignored: expected a file, found a pipe, socket or device`);
        else found.push(prefix + name);
      }
    }
    return found;
  };
  return (await walk(folder, "", [])).sort(byCodeUnit);
}

async function topLevel(dir: string): Promise<{ folders: string[]; loose: string[] }> {
  const folders: string[] = [];
  const loose: string[] = [];
  for (const { name, kind } of await entriesIn(dir)) {
    if (kind === "folder") folders.push(name);
    else if (kind !== "other" && isPictureName(name)) loose.push(name);
  }
  return { folders, loose };
}

/** Two class names that a file system or a reader may take for one. */
function assertDistinct(names: readonly string[], dir: string): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const folded = name.normalize("NFC").toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined) {
      throw new AumentoError(
        "invalid-folder",
        `${dir}: class names clash: ${show(other)} and ${show(name)} differ only in upper and lower case or in how ` +
          "their letters are encoded; rename one of them",
      );
    }
    seen.set(folded, name);
  }
}

function chooseClasses(
  dir: string,
  folders: readonly string[],
  wanted: readonly string[] | undefined,
): string[] {
  if (!wanted) return [...folders];
  for (const [place, name] of wanted.entries()) {
    if (!folders.includes(name)) {
      throw new AumentoError(
        "invalid-option",
        `classes: ${show(name)} is no sub-folder of ${dir}; there are ${JSON.stringify(folders)}`,
      );
    }
    if (wanted.indexOf(name) !== place) {
      throw new AumentoError("invalid-option", `classes: expected distinct names, got ${show(name)} twice`);
    }
  }
  return [...wanted];
}

async function assertFolder(dir: string): Promise<void> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(dir)).isDirectory();
  } catch (error) {
    const reason =
      systemCode(error) === "ENOENT" ? "there is none" : (systemCode(error) ?? "it cannot be read");
    throw new AumentoError("invalid-folder", `${dir}: expected a folder of pictures, but ${reason}`, {
      cause: error,
    });
  }
  if (!isFolder)
    throw new AumentoError("invalid-folder", `${dir}: expected a folder of pictures, found a file`);
}

/**
 * Lists the pictures of a folder with one sub-folder a class (pictures may lie deeper). Hidden names and names that
 * are no picture's are ignored, as Keras does; symbolic links are followed.
 *
 * @throws AumentoError "invalid-folder" when there is no folder, no picture, too few classes or a clash of names.
 */
export async function scanFolder(dir: string, options: ScanOptions): Promise<PictureFolder> {
  await assertFolder(dir);
  const { folders, loose } = await topLevel(dir);
  const result: PictureFolder = { classNames: [], files: [], labels: [], warnings: [] };
  const classNames = chooseClasses(dir, folders, options.classes);
  assertDistinct(classNames, dir);
  for (const [label, name] of classNames.entries()) {
    const pictures = await picturesBelow(join(dir, name), { except: dir, warnings: result.warnings });
    if (pictures.length === 0)
      result.warnings.push(`${join(dir, name)}: holds no picture; its class ${label} stays empty`);
    for (const picture of pictures) {
      result.files.push(join(dir, name, picture));
      result.labels.push(label);
    }
  }
  if (result.files.length > 0) {
    result.classNames = classNames;
    if (loose.length > 0)
      result.warnings.push(`${dir}: ${loose.length} pictures outside any class folder are ignored`);
  } else if (!options.needsClasses && loose.length > 0) {
    // No classes asked for and none there: the folder itself holds the pictures.
    result.files = loose.map((name) => join(dir, name));
    result.labels = loose.map(() => 0);
    result.warnings = [];
  }
  assertUsable(dir, result, options, loose.length);
  return result;
}

function assertUsable(dir: string, found: PictureFolder, options: ScanOptions, loose: number): void {
  const kinds = pictureExtensions.join(" ");
  if (found.files.length === 0) {
    const hint =
      loose > 0
        ? `${loose} pictures lie directly in the folder: expected one sub-folder for each class`
        : `expected sub-folders, one a class, with pictures in them (${kinds})`;
    throw new AumentoError("invalid-folder", `${dir}: no pictures found: ${hint}`);
  }
  if (options.needsClasses && found.classNames.length < 2) {
    throw new AumentoError(
      "invalid-folder",
      `${dir}: expected sub-folders for at least two classes, found one (${show(found.classNames[0])}); ` +
        'with one class use classMode: "none" or "input"',
    );
  }
}
