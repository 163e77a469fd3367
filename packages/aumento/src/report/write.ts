import { join } from "node:path";
import type { Result } from "../experiment/result.ts";
import { writeFileAtomic } from "../files.ts";
import { jsonText } from "../run-files.ts";
import { reportPage } from "./page.ts";

export const reportFile = "report.html";
export const resultFile = "result.json";

/** Writes result.json and report.html into the experiment's folder; gives back the report's path. */
export async function writeReport(result: Result, folder: string): Promise<string> {
  const report = join(folder, reportFile);
  await writeFileAtomic(join(folder, resultFile), jsonText(result));
  await writeFileAtomic(report, await reportPage(result, folder));
  return report;
}
