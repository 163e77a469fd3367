import { readFileSync } from "node:fs";

/** This package's version, from its package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const parsed: unknown = JSON.parse(text);
  const found =
    typeof parsed === "object" && parsed !== null && "version" in parsed ? parsed.version : undefined;
  return String(found);
}
