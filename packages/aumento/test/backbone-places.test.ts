import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openBackbone } from "../src/experiment/backbone.ts";
import { temporaryFolder } from "./cli-process.ts";
import { writeBackbone } from "./support/backbone.ts";

const folder = temporaryFolder();
const path = join(folder, "named.onnx");

beforeAll(async () => {
  await writeBackbone(path, { size: 24 });
  // The second convolution as PyTorch's exporter would name it, in as many bytes.
  const named = readFileSync(path).toString("latin1").replaceAll("Conv_1", "/a/a.1");
  writeFileSync(path, named, "latin1");
});

describe("places of a backbone by the names in its file", () => {
  it("are where it is unfrozen and cut, as the short ones are", async () => {
    for (const unfreeze of ["/a/a.1", "a.1"]) {
      const model = (await openBackbone(path, { unfreeze })).create({ classes: 2, seed: 1 });
      const trained = () => model.layers.filter(({ trainable }) => trainable).map(({ name }) => name);
      const head = trained();
      expect(head).not.toContain("a.1");
      model.unfreeze(unfreeze);
      expect(trained()).toEqual(expect.arrayContaining(["a.1", ...head]));
    }
    const [long, short] = await Promise.all(["/a/a.1", "a.1"].map((cut) => openBackbone(path, { cut })));
    const shapes = [long, short].map((backbone) =>
      backbone.create({ classes: 2, seed: 1 }).layers.map(({ name, outputShape }) => [name, outputShape]),
    );
    expect(shapes[0]).toEqual(shapes[1]);
  });

  it("name the nearest where they are wrong", async () => {
    await expect(openBackbone(path, { unfreeze: "/a/a.2" })).rejects.toThrow(
      /^unfreeze: .* has no place "\/a\/a\.2"; did you mean a\.1\?$/,
    );
    await expect(openBackbone(path, { unfreeze: "/a/a.1", cut: "Relu" })).rejects.toThrow(
      /^unfreeze: \/a\/a\.1 lies behind the cut \(Relu\)/,
    );
  });
});
