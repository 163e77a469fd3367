import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArgsDef } from "citty";
import { describe, expect, it } from "vitest";
import { checkArguments } from "../src/arguments.ts";
import { exitCodeOf, InterruptedError, UsageError } from "../src/errors.ts";
import { prepareOutputFolder, writeFileAtomic } from "../src/files.ts";
import { nearest } from "../src/nearest.ts";
import { choiceOption, integerOption, numberOption } from "../src/options.ts";
import { createProgress, formatDuration } from "../src/progress.ts";
import { temporaryFolder } from "./cli-process.ts";

describe("the nearest name", () => {
  it("is found through a slip, a swap and an unfinished word, and not where nothing is near", () => {
    const names = ["train", "compare", "evaluate", "predict", "preview"];
    expect(nearest("tarin", names)).toBe("train");
    expect(nearest("comprae", names)).toBe("compare");
    expect(nearest("eval", names)).toBe("evaluate");
    expect(nearest("PREDICT", names)).toBe("predict");
    expect(nearest("zzzzzz", names)).toBeUndefined();
  });
});

describe("arguments", () => {
  const definitions: ArgsDef = {
    path: { type: "positional", required: true },
    rest: { type: "positional", required: false },
    size: { type: "string", alias: "s" },
    "batch-size": { type: "string" },
    overwrite: { type: "boolean" },
  };
  const check =
    (...raw: string[]) =>
    () =>
      checkArguments("aumento x", raw, definitions);

  it("pass in every way they may be written", () => {
    for (const raw of [
      ["a"],
      ["a", "--size", "3"],
      ["--size=3", "a", "b"],
      ["a", "-s", "-3"],
      ["a", "--batchSize", "4"],
      ["a", "--batch-size=4", "--overwrite"],
      ["--no-overwrite", "a"],
      ["--", "--a"],
    ]) {
      expect(check(...raw), raw.join(" ")).not.toThrow();
    }
  });

  it("that are unknown, unfinished, missing or too many are usage errors that say which", () => {
    expect(check("a", "--siez", "3")).toThrow("unknown option --siez of aumento x; did you mean --size?");
    expect(check("a", "--qqqqqqq")).toThrow("unknown option --qqqqqqq of aumento x");
    expect(check("a", "--size")).toThrow("option --size needs a value");
    expect(check("a", "--size", "--overwrite")).toThrow("option --size needs a value");
    expect(check("--size", "3")).toThrow('PATH is missing; see "aumento x --help"');
    expect(check("a", "b", "c")).toThrow('unexpected argument "c"');
    expect(check("a", "--no-size")).toThrow(UsageError);
  });

  it("numbers and choices are checked, and the message says what was expected and what came", () => {
    expect(integerOption("12", "--n", { min: 1 })).toBe(12);
    expect(integerOption(undefined, "--n")).toBeUndefined();
    expect(() => integerOption("0", "--n", { min: 1 })).toThrow(
      '--n must be a whole number of at least 1, got "0"',
    );
    expect(() => integerOption("1.5", "--n")).toThrow(UsageError);
    expect(() => integerOption("", "--n")).toThrow(UsageError);
    expect(() => numberOption("x", "--p", { min: 0, max: 1 })).toThrow(
      '--p must be a number from 0 to 1, got "x"',
    );
    expect(numberOption("0.25", "--p", { min: 0, max: 1 })).toBe(0.25);
    expect(choiceOption("b", "--c", ["a", "b"])).toBe("b");
    expect(() => choiceOption("z", "--c", ["a", "b"])).toThrow('--c must be one of a, b, got "z"');
  });
});

describe("exit codes", () => {
  it("tell usage, interruption and failure apart", () => {
    expect([new UsageError("x"), new InterruptedError(), new Error("x")].map(exitCodeOf)).toEqual([
      2, 130, 1,
    ]);
  });
});

describe("progress", () => {
  const show = (isTTY: boolean) => {
    let text = "";
    let time = 0;
    const stream = { isTTY, columns: 60, write: (part: string) => (text += part) };
    const progress = createProgress({
      label: "drawing",
      total: 100,
      unit: "pictures",
      stream,
      now: () => time,
    });
    for (let done = 1; done <= 50; done++) {
      time += 500;
      progress.update(done);
    }
    progress.log("a warning");
    progress.finish("done");
    return text;
  };

  it("draws rate and time left in place on a terminal", () => {
    const text = show(true);
    expect(text).toContain("\r\u001b[Kdrawing 50/100  2.00 pictures/s  0:25 left");
    expect(text.endsWith("\r\u001b[Ka warning\ndone\n")).toBe(true);
  });

  it("prints a plain line now and then elsewhere", () => {
    const lines = show(false).split("\n");
    expect(lines).toEqual([
      "drawing 20/100  2.00 pictures/s  0:40 left",
      "drawing 40/100  2.00 pictures/s  0:30 left",
      "a warning",
      "done",
      "",
    ]);
  });

  it("writes durations as clocks", () => {
    expect([0, 7, 59.6, 750, 3723].map(formatDuration)).toEqual(["0:00", "0:07", "1:00", "12:30", "1:02:03"]);
  });
});

describe("files", () => {
  const folder = temporaryFolder();

  it("are there whole, and a failed write leaves nothing and says why", async () => {
    await writeFileAtomic(join(folder, "a.txt"), "text");
    expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("text");
    mkdirSync(join(folder, "taken"));
    await expect(writeFileAtomic(join(folder, "taken"), "text")).rejects.toThrow(
      /cannot write .*taken: a folder/,
    );
    await expect(writeFileAtomic(join(folder, "a.txt", "b"), "text")).rejects.toThrow(
      /a part of the path is a file/,
    );
    expect(readdirSync(folder).sort()).toEqual(["a.txt", "taken"]);
  });

  it("are not written into a folder that holds others, unless that is asked for", async () => {
    const full = join(folder, "full");
    mkdirSync(full);
    await prepareOutputFolder(full, false, "--overwrite");
    writeFileSync(join(full, "x"), "");
    await expect(prepareOutputFolder(full, false, "--overwrite")).rejects.toThrow(
      /not empty; .* --overwrite/,
    );
    await prepareOutputFolder(full, true, "--overwrite");
    await expect(prepareOutputFolder(join(full, "x"), true, "--overwrite")).rejects.toThrow(/is a file/);
  });
});
