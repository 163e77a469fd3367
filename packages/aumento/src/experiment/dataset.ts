import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Dict } from "@aumento/core";
import { type DirectoryFlow, type DirectoryOptions, flowFromDirectory, flowFromFiles } from "@aumento/data";
import { countClasses } from "../count-classes.ts";
import { AumentoError } from "../errors.ts";
import { kindOf } from "../files.ts";
import { readSampleFacts } from "../samples/write.ts";
import { assertClassFolders, classFoldersOf } from "./class-folders.ts";
import { assertPlainPictures } from "./options.ts";
import type { DataFacts, Settings, Subset } from "./result.ts";

/** A named part of a subset: pictures of a sample for which some fact holds. */
export interface Group {
  name: string;
  subset: Subset;
  /** Relative to the data folder, with forward slashes. */
  files: ReadonlySet<string>;
}

/** [height, width]. */
type PictureSize = readonly [number, number];

/** A folder of pictures, opened for an experiment. */
export interface Dataset {
  facts: Omit<DataFacts, "broken">;
  groups: Group[];
  /** Pictures held back from training, in the size [height, width] that a network takes. */
  held(size: PictureSize): Promise<{ validation: DirectoryFlow; test: DirectoryFlow | null }>;
  /**
   * Training pictures in the order and with the augmentation of a start, generated ones among them where these are
   * given; to be closed by the caller.
   */
  openTraining(
    seed: number,
    augment: unknown,
    size: PictureSize,
    generated?: { files: readonly string[]; labels: readonly number[] },
  ): Promise<DirectoryFlow>;
  /** Pictures of any flow that could not be decoded so far, and those that an earlier process met. */
  broken(earlier: DataFacts["broken"]): DataFacts["broken"];
  relativePath(file: string): string;
  close(): Promise<void>;
}

interface Layout {
  kind: DataFacts["layout"];
  training: string;
  /** Null: split off the training folder. */
  validation: string | null;
  test: string | null;
}

/** What lies in a folder: one tree of classes, or train/, validation/ and test/ of such. */
export async function findLayout(folder: string): Promise<Layout> {
  const kind = await kindOf(folder);
  if (kind !== "folder") {
    throw new AumentoError(
      "not_found",
      kind ? `${folder} is a file, expected a folder of pictures` : `folder not found: ${folder}`,
    );
  }
  const inside = async (name: string) =>
    (await kindOf(join(folder, name))) === "folder" ? join(folder, name) : null;
  const training = await inside("train");
  const validation = await inside("validation");
  const test = await inside("test");
  if (training && (validation || test)) return { kind: "folders", training, validation, test };
  return { kind: "split", training: folder, validation: null, test: null };
}

/** A class folder that is only in one subset would silently be left out: that is an error. */
async function assertSameClasses(classNames: readonly string[], folder: string): Promise<void> {
  const found = await classFoldersOf(folder);
  const surplus = found.find((name) => !classNames.includes(name));
  if (surplus !== undefined) {
    throw new AumentoError(
      "invalid_input",
      `${join(folder, surplus)}: the class "${surplus}" is not among the training classes (${classNames.join(", ")})`,
    );
  }
  assertClassFolders(classNames, found, folder, "the training classes are");
}

/** SHA-256 over the names and sizes of pictures: tells whether a folder is the one that was trained on. */
export async function fingerprintOf(
  files: readonly string[],
  name: (file: string) => string,
): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${name(file)}\0${(await stat(file)).size}\n`);
  return hash.digest("hex");
}

async function groupsOf(folder: string): Promise<{ sample: string | null; groups: Group[] }> {
  const facts = await readSampleFacts(folder);
  if (!facts) return { sample: null, groups: [] };
  if (facts.about.shortcutFact !== "sideAgrees") return { sample: facts.sample, groups: [] };
  const filesWhere = (split: string, agrees: string) =>
    new Set(
      facts.pictures
        .filter((picture) => picture.facts.split === split && picture.facts.sideAgrees === agrees)
        .map((picture) => picture.file),
    );
  return {
    sample: facts.sample,
    groups: [
      { name: "where the side agrees", subset: "test", files: filesWhere("test", "yes") },
      { name: "where the side disagrees", subset: "test", files: filesWhere("test", "no") },
    ],
  };
}

function perClass(flow: DirectoryFlow | null, classes: number): number[] {
  return countClasses(flow?.labels ?? [], classes);
}

/** Every class needs a picture to learn from; where we split, another to validate with. */
function assertEnoughPictures(
  { training, validation }: { training: DirectoryFlow; validation: DirectoryFlow },
  layout: Layout,
): void {
  const { classNames } = training;
  const learnt = perClass(training, classNames.length);
  const held = perClass(validation, classNames.length);
  for (const [place, name] of classNames.entries()) {
    const all = learnt[place] + held[place];
    if (layout.validation === null && all < 2) {
      throw new AumentoError(
        "invalid_input",
        `${join(layout.training, name)}: ${all === 1 ? "one picture" : "no picture"}; a class needs at least two, one to learn from and one to validate with`,
      );
    }
    if (learnt[place] > 0) continue;
    throw new AumentoError(
      "invalid_input",
      layout.validation === null
        ? `the split left no picture of ${name} to learn from (${all} of it validate): add pictures, or give another --seed or --validation-split`
        : `${join(layout.training, name)}: no picture to learn from`,
    );
  }
}

/** Opens a folder: finds its layout, splits where needed, checks that all subsets have the same classes. */
export async function openDataset(
  settings: Settings,
  { workers, warn }: { workers: number; warn: (line: string) => void },
): Promise<Dataset> {
  const { folder, batchSize, imageSize, validationSplit, seed, transfer } = settings;
  const layout = await findLayout(folder);
  const folders = await classFoldersOf(layout.training);
  if (folders.length === 1) {
    throw new AumentoError(
      "invalid_input",
      `${layout.training}: found one class folder (${folders[0]}); give at least two class folders`,
    );
  }
  const warned = new Set<string>();
  const common: DirectoryOptions = {
    batchSize,
    workers,
    onWarning(message) {
      // Every start opens the same pictures again: each is warned of once.
      if (!warned.has(message)) warn(message);
      warned.add(message);
    },
  };
  const split = layout.validation === null ? { validationSplit, splitSeed: seed } : {};
  const flows: DirectoryFlow[] = [];
  const open = async (path: string, options: DirectoryOptions) => {
    const flow = await flowFromDirectory(path, { ...common, ...options });
    flows.push(flow);
    return flow;
  };
  // The augmentation was checked as a pipeline when the settings were resolved; here it is data again.
  const trainingOptions = (start: number, augment: unknown, size: PictureSize) => ({
    ...common,
    targetSize: [...size] as const,
    seed: start,
    augment: (augment ?? undefined) as Dict | undefined,
  });
  const openReal = (start: number, augment: unknown, size: PictureSize) =>
    open(layout.training, {
      ...trainingOptions(start, augment, size),
      ...split,
      ...(layout.validation === null ? { subset: "training" } : {}),
    });
  const plainSize: PictureSize = [imageSize, imageSize];
  const plain = await openReal(seed, null, plainSize);
  const { classNames } = plain;
  const openTraining: Dataset["openTraining"] = async (start, augment, size, generated) => {
    if (!generated) return openReal(start, augment, size);
    const files = [...plain.files, ...generated.files];
    const labels = [...plain.labels, ...generated.labels];
    const flow = flowFromFiles({ files, labels, classNames }, trainingOptions(start, augment, size));
    flows.push(flow);
    return flow;
  };
  const openSubset = async (path: string, targetSize: [number, number]) => {
    await assertSameClasses(classNames, path);
    return open(path, { targetSize, classes: classNames, shuffle: false });
  };
  const openHeld = async (size: PictureSize) => {
    const targetSize: [number, number] = [...size];
    return {
      validation:
        layout.validation === null
          ? await open(layout.training, { targetSize, ...split, subset: "validation" })
          : await openSubset(layout.validation, targetSize),
      test: layout.test === null ? null : await openSubset(layout.test, targetSize),
    };
  };
  const opened = new Map<string, ReturnType<typeof openHeld>>();
  const held = (size: PictureSize) => {
    const key = size.join("×");
    const found = opened.get(key) ?? openHeld(size);
    opened.set(key, found);
    return found;
  };
  const { validation, test } = await held(plainSize);
  assertEnoughPictures({ training: plain, validation }, layout);
  const relativePath = (file: string) => relative(folder, file).split(sep).join("/");
  const { sample, groups } = await groupsOf(folder);
  const files = [...plain.files, ...validation.files, ...(test?.files ?? [])].sort();
  const broken: Dataset["broken"] = (earlier) => {
    const met = flows.flatMap((flow) => flow.broken);
    const now = met.map(({ file, reason }) => ({ file: relativePath(file), reason }));
    const found = new Map([...earlier, ...now].map(({ file, reason }) => [file, reason]));
    return [...found].sort().map(([file, reason]) => ({ file, reason }));
  };
  if (settings.pipeline) {
    for (const size of transfer ? [plainSize, transfer.size] : [plainSize]) {
      const probe = await openTraining(seed, settings.pipeline.definition, size);
      assertPlainPictures(probe.format, settings.pipeline.name, size);
      await probe.close();
    }
  }
  const facts: Dataset["facts"] = {
    layout: layout.kind,
    classNames,
    pictures: { training: plain.n, validation: validation.n, test: test?.n ?? 0 },
    perClass: {
      training: perClass(plain, classNames.length),
      validation: perClass(validation, classNames.length),
      test: perClass(test, classNames.length),
    },
    fingerprint: await fingerprintOf(files, relativePath),
    sample:
      sample === null
        ? null
        : {
            name: sample,
            groups: groups.map(({ name, subset, files: members }) => ({
              name,
              subset,
              pictures: members.size,
            })),
          },
  };
  return {
    facts,
    groups,
    held,
    openTraining,
    broken,
    relativePath,
    close: async () => {
      for (const flow of flows) await flow.close();
    },
  };
}
