import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether a browser is there; under CI its absence is a failure and not a skip. */
export const browserIsThere = existsSync(executable);
export const skipWithoutBrowser = !browserIsThere && !process.env.CI;

export function openBrowser(): Promise<Browser> {
  if (!browserIsThere)
    throw new Error(`no browser at ${executable}: install Chromium, or set CHROMIUM to its path`);
  return chromium.launch({
    executablePath: executable,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}
