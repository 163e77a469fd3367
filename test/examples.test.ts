/** The programs in `examples/`: they compile strictly, and each runs on small drawn pictures as a user would run it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeSample } from "aumento";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "aumento-examples-"));
const flowers = join(scratch, "flowers");

/** Runs an example from the repository's root, as `npx jiti examples/NAME.ts ...` does, and gives what it printed. */
function run(name: string, ...rest: string[]): string {
  const jiti = join(root, "node_modules/jiti/lib/jiti-cli.mjs");
  const out = join(scratch, name);
  return execFileSync("node", [jiti, `examples/${name}.ts`, ...rest, "--out", out], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const written = (name: string) => readdirSync(join(scratch, name)).sort();
const small = ["--image-size", "32", "--batch-size", "16"];

describe("examples", () => {
  beforeAll(() => writeSample({ name: "flowers", folder: flowers, count: 50, size: 32 }));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it("compile strictly against the built packages", () => {
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "examples"], { cwd: root, stdio: "pipe" });
  });

  it("are all walked through in the course's page, with a command that exists", () => {
    const page = readFileSync(join(root, "docs/course.md"), "utf8");
    const commands = [...page.matchAll(/examples\/[\w-]+\.ts/g)].map(([path]) => path);
    for (const path of commands) expect(existsSync(join(root, path)), path).toBe(true);
    const programs = readdirSync(join(root, "examples")).filter((name) =>
      readFileSync(join(root, "examples", name), "utf8").includes("npx jiti examples/"),
    );
    expect(programs.length).toBeGreaterThan(3);
    for (const name of programs) expect(commands).toContain(`examples/${name}`);
  });

  it("exercise-1 writes pictures and their targets under the five transforms", () => {
    const printed = run("exercise-1", flowers, "--pictures", "2", "--variants", "3", "--image-size", "48");
    expect(printed).toContain("2 pictures, 3 variants of each");
    expect(printed).toMatch(/0 +HorizontalFlip/);
    expect(written("exercise-1")).toEqual(["pictures.jpg", "targets.jpg"]);
  });

  it("with-and-without trains both and draws their curves", () => {
    const printed = run("with-and-without", flowers, ...small, "--epochs", "2");
    expect(printed).toMatch(/without augmentation: best validation accuracy \d+\.\d % in epoch [12]/);
    expect(printed).toMatch(/with augmentation: best validation accuracy \d+\.\d % in epoch [12]/);
    const names = ["with.csv", "with.onnx", "with.png", "without.csv", "without.onnx", "without.png"];
    expect(written("with-and-without")).toEqual(["curves.svg", ...names].sort());
    const log = readFileSync(join(scratch, "with-and-without/with.csv"), "utf8").trim().split("\n");
    expect(log[0]).toBe("epoch,accuracy,loss,val_accuracy,val_loss");
    expect(log).toHaveLength(3);
    expect(
      readFileSync(join(scratch, "with-and-without/curves.svg"), "utf8").match(/<polyline/g),
    ).toHaveLength(4);
  });

  it("early-stopping stops before the last epoch and loads the model it kept", () => {
    const printed = run("early-stopping", flowers, ...small, "--epochs", "40", "--patience", "0");
    expect(printed).toMatch(/stopped after epoch \d+ of 40/);
    expect(printed).toMatch(/best\.onnx: validation accuracy \d/);
    expect(printed.match(/\.jpg: (daisy|dandelion|rose|sunflower|tulip) \(\d+ %\)/g)).toHaveLength(3);
  });

  it("shortcut says how right each network is, and on which pictures", async () => {
    const survival = join(scratch, "survival");
    await writeSample({ name: "survival", folder: survival, count: 160, size: 16 });
    const printed = run("shortcut", survival, "--image-size", "16", "--epochs", "2");
    expect(printed).toMatch(/horizontal flip: validation \d+\.\d %, test \d+\.\d %/);
    expect(printed).toMatch(/side disagrees.*: \d+\.\d %/);
    expect(written("shortcut")).toContain("report.html");
  });
});
