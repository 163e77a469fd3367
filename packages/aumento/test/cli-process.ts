import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll } from "vitest";

export const repository = resolve(import.meta.dirname, "../../..");
const cli = join(repository, "packages/aumento/dist/cli.js");

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs the built command line as a process of its own; `interruptWhen` is asked until it says yes: SIGINT, or the
 * `signal` given, is sent then.
 */
export function runCli(
  args: readonly string[],
  options: { cwd?: string; interruptWhen?: () => boolean; signal?: NodeJS.Signals } = {},
): Promise<CliResult> {
  return new Promise((done, fail) => {
    const env: NodeJS.ProcessEnv = { ...process.env, DEBUG: "" };
    const child = spawn(process.execPath, [cli, ...args], { cwd: options.cwd, env });
    const result: CliResult = { code: null, stdout: "", stderr: "" };
    const watch = setInterval(() => {
      if (!options.interruptWhen?.()) return;
      clearInterval(watch);
      child.kill(options.signal ?? "SIGINT");
    }, 20);
    child.stdout.on("data", (chunk) => {
      result.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      result.stderr += chunk;
    });
    child.on("error", fail);
    child.on("close", (code) => {
      clearInterval(watch);
      done({ ...result, code });
    });
  });
}

/** A folder that is removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aumento-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
