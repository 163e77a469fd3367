/** The programs in `examples/`: they compile strictly, and each runs on small drawn pictures as a user would run it. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { nn, writeSample } from "aumento";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "aumento-examples-"));
const flowers = join(scratch, "flowers");
const backbone = join(scratch, "backbone.onnx");
const pretrained = resolve(root, "../shared/models/efficientnet-lite0.onnx");

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

/** A network of two small blocks, saved as if others had trained it on seven classes. */
async function makeBackbone(path: string): Promise<void> {
  const block = (name: string, filters: number) => [
    nn.conv2d(filters, 3, { padding: "same", useBias: false, name: `${name}.conv` }),
    nn.batchNormalization({ name: `${name}.bn` }),
    nn.activation("relu", { name: `${name}.relu` }),
    nn.maxPooling2d({ name: `${name}.pool` }),
  ];
  const layers = [
    nn.rescaling(1 / 255),
    ...block("blocks.0", 8),
    ...block("blocks.1", 16),
    nn.globalAveragePooling2d({ name: "features" }),
    nn.dense(7, { activation: "softmax" }),
  ];
  await nn.sequential(layers, { inputShape: [32, 32, 3], seed: 5 }).save(path);
}

/** The weights of each of two models up to a place that both have. */
async function weightsOf(place: string, ...files: [string, string]): Promise<nn.Tensor[][]> {
  return Promise.all(files.map(async (file) => (await nn.loadModel(file)).cut(place).getWeights()));
}

const written = (name: string) => readdirSync(join(scratch, name)).sort();
const small = ["--image-size", "32", "--batch-size", "16"];

describe("examples", () => {
  beforeAll(async () => {
    await writeSample({ name: "flowers", folder: flowers, count: 50, size: 32 });
    await makeBackbone(backbone);
  });
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

  it("stand beside commands whose options exist", () => {
    const page = readFileSync(join(root, "docs/course.md"), "utf8");
    const lines = [...page.matchAll(/^npx aumento ((?:gan )?\w+)([^#\n]*)/gm)];
    expect(lines.length).toBeGreaterThan(10);
    const help = new Map<string, string>();
    for (const [line, command, rest] of lines) {
      if (!help.has(command)) {
        const cli = join(root, "packages/aumento/dist/cli.js");
        help.set(command, execFileSync("node", [cli, ...command.split(" "), "--help"], { encoding: "utf8" }));
      }
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) {
        expect(help.get(command), line).toMatch(new RegExp(`${option}\\b`));
      }
    }
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

  it("exercise-2 trains a network of its own and a transferred one, both ways", async () => {
    const printed = run("exercise-2", flowers, backbone, "--epochs", "2", "--batch-size", "16");
    for (const network of ["CNN", "transfer"]) {
      for (const name of ["without", "with"])
        expect(printed).toMatch(new RegExp(`${network} ${name} augmentation: best validation accuracy \\d`));
    }
    const models = ["cnn-with.onnx", "cnn-without.onnx", "transfer-with.onnx", "transfer-without.onnx"];
    expect(written("exercise-2")).toEqual([...models, "curves.svg"].sort());
    const [before, after] = await weightsOf(
      "features",
      backbone,
      join(scratch, "exercise-2/transfer-with.onnx"),
    );
    expect(after, "the frozen part").toEqual(before);
  });

  it("practice-2 trains a head and then the last block, and leaves the first as it was", async () => {
    const fine = ["--unfreeze", "blocks.1", "--epochs", "1", "--fine-epochs", "2", "--batch-size", "16"];
    const printed = run("practice-2", flowers, backbone, ...fine);
    expect(printed).toMatch(/frozen: best validation accuracy \d/);
    expect(printed).toMatch(/from blocks\.1 on: best validation accuracy \d/);
    expect(written("practice-2")).toEqual(["best.onnx"]);
    const [before, after] = await weightsOf("blocks.0", backbone, join(scratch, "practice-2/best.onnx"));
    expect(after, "the part that stayed frozen").toEqual(before);
  });

  it.skipIf(!existsSync(pretrained))(
    "practice-2 stands on EfficientNet-Lite0 (skipped where ../shared/models is absent)",
    async () => {
      const few = join(scratch, "few");
      await writeSample({ name: "flowers", folder: few, count: 20, size: 64 });
      const printed = run(
        "practice-2",
        few,
        pretrained,
        "--epochs",
        "1",
        "--fine-epochs",
        "1",
        "--batch-size",
        "8",
      );
      expect(printed).toContain("16 pictures of 5 classes to train with, 4 to validate with");
      expect(printed).toMatch(/from blocks\.13 on: best validation accuracy \d/);
      const kept = await nn.loadModel(join(scratch, "practice-2/best.onnx"));
      expect([kept.inputShape, kept.outputShape]).toEqual([[224, 224, 3], [5]]);
    },
  );

  it("offline writes variants, trains on them and makes one again; a second call finds all of them", () => {
    const options = ["--times", "2", "--image-size", "32", "--epochs", "1", "--batch-size", "16"];
    const printed = run("offline", flowers, ...options);
    // 10 of 50 validate; 40 train, each with two variants.
    expect(printed).toContain("50 pictures become 130 files");
    expect(printed).toMatch(/130 written, 0 were there already/);
    expect(printed).toContain("120 pictures to train with, 10 to validate with");
    expect(printed).toMatch(/best validation accuracy \d/);
    expect(printed).toMatch(/made again: train\/tulip\/.*, variant 2 of tulip\//);
    expect(run("offline", flowers, ...options)).toMatch(/0 written, 130 were there already/);
  });

  it("gan writes a sheet of samples every so many steps, the generator, and a way between two samples", () => {
    const size = ["--kind", "rose", "--batch-size", "8", "--filters", "4"];
    // Ten roses would be hopeless.
    const roses = join(scratch, "roses");
    cpSync(join(flowers, "rose"), join(roses, "rose"), { recursive: true });
    for (const name of readdirSync(join(flowers, "tulip")))
      cpSync(join(flowers, "tulip", name), join(roses, "rose", name));
    const printed = run("gan", roses, ...size, "--steps", "4", "--every", "2");
    expect(printed).toContain("20 pictures of rose; generator");
    expect(printed).toMatch(/4 steps; in the last 2: D\(real\) 0\.\d\d, D\(generated\) 0\.\d\d/);
    const sheets = ["step-000000.png", "step-000002.png", "step-000004.png"];
    expect(written("gan")).toEqual(["gan", ...sheets, "way.png"]);
    expect(written("gan/gan")).toContain("generator.onnx");
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
