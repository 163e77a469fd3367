import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCli } from "./cli-process.ts";
import { flip, hashesIn, hashOf, rgb, workplace } from "./workplace.ts";

const { folder, at, cli } = workplace();

describe("the frame", () => {
  it("prints help and version, and exits with 0", async () => {
    const help = await cli("--help");
    expect(help.code).toBe(0);
    for (const command of ["sample", "preview", "apply"]) expect(help.stdout).toContain(`  ${command} `);
    expect(help.stdout).not.toContain("\u001b");
    const apply = await cli("apply", "--help");
    expect(apply.code).toBe(0);
    expect(apply.stdout).toContain("--pipeline");
    const version = await cli("--version");
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.for([
    [["aply", "x"], 'unknown command "aply"; did you mean apply?'],
    [
      ["apply", "x", "y", "--pipline", "flip"],
      "unknown option --pipline of aumento apply; did you mean --pipeline?",
    ],
    [["apply", "x"], 'OUT is missing; see "aumento apply --help"'],
    [["apply", "x", "y"], "Missing required argument: --pipeline"],
    [["apply", "x", "y", "-p", "flop"], 'unknown pipeline "flop"; did you mean flip?'],
    [
      ["apply", "pictures", "y", "-p", "flip", "--variants", "0"],
      "--variants must be a whole number from 1 to",
    ],
    [["preview", "pictures", "-p", "flip", "--out", "x.bmp"], "--out must end in one of .png, .jpg, .webp"],
    [["sample", "flwoers", "x"], 'no built-in data set is called "flwoers"; did you mean flowers?'],
  ] as const)("says what is wrong with %j in one line, and exits with 2", async ([args, message]) => {
    const { code, stderr, stdout } = await cli(...args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it.for([
    [["apply", "nowhere", "y", "-p", "flip"], "no such file or folder: nowhere"],
    [["apply", "pictures", "y", "-p", "nowhere.json"], "pipeline file not found: nowhere.json"],
    [
      ["apply", "pictures", "y", "-p", "flip", "--annotations", "no.jsonl"],
      "annotation file not found: no.jsonl",
    ],
    [["preview", "nowhere", "-p", "flip"], "no such file or folder: nowhere"],
  ] as const)("%j names what is missing, and exits with 1", async ([args, message]) => {
    const { code, stderr } = await cli(...args);
    expect(stderr).toBe(`aumento: error: ${message}\n`);
    expect(code).toBe(1);
    expect(existsSync(at("y"))).toBe(false);
  });
});

describe("sample", () => {
  it("draws the same files twice, others for another seed, and says what it drew", async () => {
    const args = ["--count", "32", "--size", "24"];
    expect((await cli("sample", "survival", "s1", ...args)).code).toBe(0);
    expect((await cli("sample", "survival", "s2", ...args)).code).toBe(0);
    expect((await cli("sample", "survival", "s3", "--seed", "2", ...args)).code).toBe(0);
    expect(hashesIn(at("s2"))).toEqual(hashesIn(at("s1")));
    expect(hashesIn(at("s3"))).not.toEqual(hashesIn(at("s1")));
    const facts = JSON.parse(readFileSync(at("s1/sample.json"), "utf8"));
    expect(facts).toMatchObject({ sample: "survival", seed: 1, size: 24, count: 32, format: "png" });
    expect(facts.pictures.length).toBe(32);
    for (const { file, facts: known } of facts.pictures) {
      expect(existsSync(at("s1", file)), file).toBe(true);
      expect(file.split("/").slice(0, 2)).toEqual([known.split, known.class]);
    }
    expect(await rgb(at("s1", facts.pictures[0].file))).toMatchObject({ width: 24, height: 24 });
  });

  it("refuses a folder that is not empty, and with --overwrite replaces an earlier sample", async () => {
    await cli("sample", "flowers", "f1", "--count", "10", "--size", "16");
    writeFileSync(at("f1/mine.txt"), "mine");
    const refused = await cli("sample", "flowers", "f1", "--count", "5", "--size", "16");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("folder f1 is not empty");
    const { code } = await cli(
      "sample",
      "flowers",
      "f1",
      "--count",
      "5",
      "--size",
      "16",
      "--format",
      "png",
      "--overwrite",
    );
    expect(code).toBe(0);
    expect(hashesIn(at("f1")).map((line) => line.split(" ")[0])).toEqual([
      ...["daisy", "dandelion"].map((kind) => `${kind}/${kind}-00000.png`),
      "mine.txt",
      "rose/rose-00000.png",
      "sample.json",
      ...["sunflower", "tulip"].map((kind) => `${kind}/${kind}-00000.png`),
    ]);
  });
});

describe("pipelines", () => {
  it("come from TypeScript modules, wherever they lie", async () => {
    const code = `import { A } from "aumento";
type Strength = { p: number };
const always: Strength = { p: 1 };
export default A.compose([A.horizontalFlip(always)]);
`;
    writeFileSync(at("pipeline.ts"), code);
    const { code: exit, stderr } = await cli("apply", "pictures/a.png", "from-ts", "-p", "pipeline.ts");
    expect([exit, stderr]).toEqual([0, ""]);
    await cli("apply", "pictures/a.png", "from-json", "-p", "flip.json");
    expect(hashOf(at("from-ts/a.png"))).toBe(hashOf(at("from-json/a.png")));
  });

  it.for([
    ["name.json", flip([{ __class_fullname__: "Rotate", limt: 20, p: 1 }]), /name\.json: .*limt/],
    ["range.json", flip([{ __class_fullname__: "HorizontalFlip", p: 1.5 }]), /range\.json: .*\bp\b.*1\.5/],
    [
      "class.json",
      flip([{ __class_fullname__: "HorizontlFlip", p: 1 }]),
      /class\.json: .*HorizontlFlip.*HorizontalFlip/,
    ],
  ] as const)(
    "with a mistake (%s) are errors that name file, parameter and value",
    async ([file, dict, message]) => {
      writeFileSync(at(file), JSON.stringify(dict));
      const { code, stderr } = await cli("apply", "pictures", "never", "-p", file);
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr.trim().split("\n").length).toBe(1);
    },
  );

  it("that are no JSON, or modules without a pipeline, are errors that say so", async () => {
    writeFileSync(at("cut.json"), '{"transform": ');
    expect((await cli("apply", "pictures", "never", "-p", "cut.json")).stderr).toContain(
      "cut.json is not JSON",
    );
    writeFileSync(at("all.yaml"), "transform:\n  p: 1.0\n");
    expect((await cli("apply", "pictures", "never", "-p", "all.yaml")).stderr).toContain(
      'only JSON is read: save an Albumentations pipeline with A.save(transform, "pipeline.json")',
    );
    writeFileSync(at("empty.mjs"), "export const pipeline = 1;\n");
    expect((await cli("apply", "pictures", "never", "-p", "empty.mjs")).stderr).toContain(
      'expected "export default',
    );
    writeFileSync(at("throws.ts"), "throw new Error('no luck');\n");
    expect((await cli("apply", "pictures", "never", "-p", "throws.ts")).stderr).toContain(
      "throws.ts failed to load: no luck",
    );
  });
});

describe("Ctrl-C", () => {
  it("stops a sample, removes what was drawn of it, and exits with 130", async () => {
    const { code, stderr } = await runCli(
      ["sample", "flowers", "stopped", "--count", "5000", "--size", "256"],
      {
        cwd: folder,
        interruptWhen: () => existsSync(at("stopped/daisy/daisy-00003.jpg")),
      },
    );
    expect(code).toBe(130);
    expect(stderr).toContain("stopping");
    expect(readdirSync(at("stopped"))).toEqual([]);
  }, 60_000);
});
