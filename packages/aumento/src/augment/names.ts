import { basename } from "node:path";
import { AumentoError } from "../errors.ts";
import type { PicturePlan, Target } from "./tasks.ts";

/** Bytes that a file's name may have, in UTF-8, on nearly all file systems. */
const longestName = 255;

const pathsOf = ({ file, mask }: Target): string[] => (mask === undefined ? [file] : [file, mask]);

/** Refuses results whose names no file can have, or that would fall on each other. */
export function checkNames(plans: readonly PicturePlan[]): void {
  checkLengths(plans);
  checkCollisions(plans);
}

function checkLengths(plans: readonly PicturePlan[]): void {
  const tooLong = plans.flatMap((plan) => {
    if (plan.files === 0) return [];
    const [name] = pathsOf(plan.target(plan.variants)) // the last has the longest number
      .map((path) => basename(path))
      .filter((each) => Buffer.byteLength(each) > longestName);
    return name === undefined ? [] : { picture: plan.picture, bytes: Buffer.byteLength(name) };
  });
  if (tooLong.length === 0) return;
  const [{ picture, bytes }] = tooLong;
  const more = tooLong.length > 1 ? `, and ${tooLong.length - 1} more pictures` : "";
  throw new AumentoError(
    "invalid_input",
    `${picture} would give a file a name of ${bytes} bytes, more than the ${longestName} that it may have${more}; ` +
      "give shorter names",
  );
}

/**
 * Refuses results that would fall on each other. Not every file is looked at, for there may be very many: two pictures'
 * variants meet where their first ones do, or where a picture is called like another's variant ("a-aug2.jpg").
 */
function checkCollisions(plans: readonly PicturePlan[]): void {
  const firstVariants = new Map<string, PicturePlan>();
  const originals = new Map<string, PicturePlan>();
  const claim = (owners: Map<string, PicturePlan>, plan: PicturePlan, variant: number) => {
    for (const path of pathsOf(plan.target(variant))) {
      const other = owners.get(path);
      if (other) refuse(other, plan, path);
      owners.set(path, plan);
    }
  };
  for (const plan of plans) {
    if (plan.original) claim(originals, plan, 0);
    if (plan.variants > 0) claim(firstVariants, plan, 1);
  }
  for (const [path, plan] of originals) {
    const [, before, number, extension] = /^(.*-aug)([1-9]\d*)(\.[^./]*)$/s.exec(path) ?? [];
    const other = number === undefined ? undefined : firstVariants.get(`${before}1${extension}`);
    if (other && other.variants >= Number(number)) refuse(other, plan, path);
  }
}

function refuse({ picture: one }: PicturePlan, { picture: other }: PicturePlan, path: string): never {
  throw new AumentoError(
    "exists",
    `${one} and ${other} would both be written to ${path}; rename one, or keep their formats`,
  );
}
