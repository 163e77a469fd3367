import { createProgress, type Progress } from "./progress.ts";

/** Pictures that were left out are named up to this many, then only counted. */
const namedAtMost = 20;

/**
 * Shows on standard error how far a command is with its pictures, and names those that are left out; `label` is what is
 * done with them. Nothing is shown before the first `onProgress`.
 */
export function pictureProgress(label: string) {
  let progress: Progress | undefined;
  let leftOut = 0;
  const say = (line: string) => (progress ? progress.log(line) : process.stderr.write(`${line}\n`));
  return {
    onProgress(done: number, total: number): void {
      progress ??= createProgress({ label, total, unit: "pictures" });
      progress.update(done);
    },
    onLeftOut(message: string): void {
      leftOut++;
      if (leftOut <= namedAtMost) say(`left out: ${message}`);
      if (leftOut === namedAtMost) say("further pictures that are left out are only counted");
    },
    /** Removes the line; may be called again. */
    finish: (): void => progress?.finish(),
  };
}
