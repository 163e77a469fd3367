import { flowFromDirectory, flowFromFiles } from "@aumento/data";
import { expect, it } from "vitest";
import { collect, digest, drawFolder } from "./support.ts";

const size = { targetSize: [24, 20] as const, batchSize: 4, workers: 0 };

it("files with their classes give the batches of the folder that they make", async () => {
  const folder = await drawFolder({ classes: { a: 5, b: 4 } });
  const { files, labels, classNames } = await flowFromDirectory(folder, size);
  const options = { ...size, seed: 3 };
  const whole = await flowFromDirectory(folder, options);
  expect(await digest(flowFromFiles({ files, labels, classNames }, options), 1)).toEqual(
    await digest(whole, 1),
  );
});

it("files may be part of a folder, with labels of their own", async () => {
  const { files } = await flowFromDirectory(await drawFolder({ classes: { a: 3, b: 3 } }), size);
  const flow = flowFromFiles(
    { files: [files[4], files[0]], labels: [0, 1], classNames: ["first", "second"] },
    { ...size, shuffle: false },
  );
  const [batch] = await collect(flow.epoch(0));
  expect(batch.files).toEqual([files[4], files[0]]);
  expect(batch.y).toEqual({ data: Int32Array.of(0, 1), shape: [2] });
});

it("files without a class each, or with one that is not there, are refused", () => {
  const pictures = { files: ["a.png", "b.png"], labels: [0], classNames: ["a"] };
  expect(() => flowFromFiles(pictures)).toThrow("labels: expected one for each of the 2 files, got 1");
  expect(() => flowFromFiles({ ...pictures, labels: [0, 1] })).toThrow(
    "labels: expected integers from 0 to 0, got 1",
  );
  expect(() => flowFromFiles({ ...pictures, files: [], labels: [] })).toThrow("files: expected at least one");
});
