import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { AumentoError } from "../errors.ts";
import { checkPath, kindOf, makeFolder, writeFileAtomic } from "../files.ts";
import { formatOf, isPictureName } from "../pictures.ts";
import { sha256Of } from "../sha256.ts";
import { packageVersion } from "../version.ts";
import type { LineFile } from "./journal.ts";
import { isWritten, type Line, type MaskLine, type WrittenLine } from "./lines.ts";
import { manifestName, OutFolder } from "./out-folder.ts";
import { PictureWriter } from "./picture-writer.ts";

export interface RedoOptions {
  /** A file that `augmentFolder` wrote: its path, or with `out` its path within that folder as the manifest has it. */
  name: string;
  /** The folder that was written to. Default: the folder above `name` that holds a manifest. */
  out?: string;
  /** The folder of pictures. Default: where the manifest says that it is. */
  folder?: string;
  /** A new file to write instead of its own place: of a picture and its mask only the one that is named. */
  to?: string;
}

export interface RedoResult {
  /** What was written: the file, and its mask if it has one. */
  files: string[];
  line: WrittenLine;
}

/**
 * Makes a file of an `augmentFolder` run again from its source and its line in the manifest, byte for byte.
 *
 * @throws AumentoError where the source has changed since, or what is made has other bytes than the manifest says;
 * nothing is written then.
 */
export async function redoFile(options: RedoOptions): Promise<RedoResult> {
  const { to } = options;
  checkPath("name", options.name);
  for (const each of ["out", "folder", "to"] as const)
    if (options[each] !== undefined) checkPath(each, options[each]);
  if (to !== undefined && (await kindOf(to)) !== undefined)
    throw new AumentoError("exists", `${to} exists; give another file`);
  const { out, name } = await locate(options);
  const outFolder = new OutFolder(out);
  const record = await outFolder.record();
  if (!record) throw new AumentoError("not_found", `${out} holds no ${manifestName}`);
  const { header } = record;
  const line = findLine(record, name, out);
  if (to !== undefined) checkExtension(to, name);
  const source = resolve(options.folder ?? join(out, header.source));
  const writer = new PictureWriter(
    { source, out, staging: outFolder.staging, settings: header.settings },
    "redo",
  );
  const target = { file: line.file, mask: line.mask?.file, variant: line.variant, copied: line.copied };
  const task = {
    picture: line.source,
    index: line.key?.index ?? 0,
    format: formatOf(line.file) ?? "png",
    targets: [target],
    mask: line.mask && join(out, line.mask.source),
    images: "",
    validates: false,
  };
  const made = await writer.remake(task, target, line);
  check(made.bytes, line, header.program);
  if (made.mask && line.mask) check(made.mask, line.mask, header.program);
  if (to !== undefined) {
    await makeFolder(dirname(to));
    await writeFileAtomic(to, name === line.mask?.file && made.mask ? made.mask : made.bytes);
    return { files: [to], line };
  }
  const files = new Map([[line.file, made.bytes]]);
  if (made.mask && line.mask) files.set(line.mask.file, made.mask);
  await outFolder.placeAlone(files);
  return { files: [...files.keys()].map((file) => join(out, file)), line };
}

/** Refuses a name that promises another format than the file has; one that promises none will do. */
function checkExtension(to: string, file: string): void {
  const promised = (path: string) => formatOf(path) ?? extname(path).toLowerCase();
  if (isPictureName(to) && promised(to) !== promised(file)) {
    throw new AumentoError(
      "invalid_input",
      `${to} promises another format than ${file} has; give a name that ends in ${extname(file)}`,
    );
  }
}

/** The folder that holds the manifest, and the file's path within it. */
async function locate({ name, out }: RedoOptions): Promise<{ out: string; name: string }> {
  const within = (folder: string) => relative(folder, resolve(name)).split(sep).join("/");
  if (out !== undefined) {
    const path = within(resolve(out));
    return { out: resolve(out), name: path.startsWith("..") ? name : path };
  }
  for (let folder = dirname(resolve(name)); ; folder = dirname(folder)) {
    if ((await kindOf(join(folder, manifestName))) === "file") return { out: folder, name: within(folder) };
    if (dirname(folder) === folder) break;
  }
  throw new AumentoError(
    "not_found",
    `no ${manifestName} in the folders above ${name}; give the path of a file that augment wrote`,
  );
}

function findLine(record: LineFile, name: string, out: string): WrittenLine {
  const reader = record.reader();
  try {
    const quoted = JSON.stringify(name);
    for (const picture of record.pictures) {
      const text = reader.textOf(picture) ?? "";
      if (!text.includes(quoted)) continue;
      for (const each of text.split("\n")) {
        const line = JSON.parse(each) as Line; // LineFile has read it
        if (isWritten(line) && (line.file === name || line.mask?.file === name)) return line;
      }
    }
  } finally {
    reader.close();
  }
  throw new AumentoError("not_found", `the manifest of ${out} has no file ${name}`);
}

function check(
  bytes: Uint8Array,
  { file, sha256 }: Pick<MaskLine, "file" | "sha256">,
  program: string,
): void {
  const found = sha256Of(bytes);
  if (found === sha256) return;
  throw new AumentoError(
    "failed",
    `${file} made again has other bytes than the manifest says (SHA-256 ${found}, expected ${sha256}); ` +
      `it was written by aumento ${program}, this is ${packageVersion()}`,
  );
}
