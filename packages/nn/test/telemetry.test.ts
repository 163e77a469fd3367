import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

// ONNX Runtime's native builds write an identifier and what they would report into the user's cache folder.
it("leaves nothing in the user's folders: the runtime's telemetry is off", () => {
  const home = mkdtempSync(join(tmpdir(), "aumento-home-"));
  const entry = pathToFileURL(join(import.meta.dirname, "../dist/index.js")).href;
  const program = `import * as nn from ${JSON.stringify(entry)};
    const model = nn.sequential([nn.dense(1)], { inputShape: [2] });
    console.log((await model.predict({ data: new Float32Array(2), shape: [1, 2] })).shape.join());`;
  // A bare environment: the runtime is silent by itself where a variable tells that this is a CI.
  const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, ".cache") };
  try {
    const options = { env, encoding: "utf8" } as const;
    expect(execFileSync(process.execPath, ["--input-type=module", "--eval", program], options)).toBe("1,1\n");
    expect(readdirSync(home)).toEqual([]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
