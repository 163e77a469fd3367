import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives a run of the tests a temporary folder of its own, in which all that tests and the processes they start put
 * there lies, and removes it in the end: also what a test that failed, was skipped or was killed has left.
 */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "aumento-tests-"));
  // What os.tmpdir() asks for, on Unix and on Windows.
  for (const name of ["TMPDIR", "TEMP", "TMP"]) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
