import { join } from "node:path";
import type { Pipeline } from "@aumento/core";
import { writeFileAtomic } from "./files.ts";
import { resolvePipeline } from "./pipelines.ts";
import { jsonText } from "./run-files.ts";

/** Where a pipeline that was given as an object is written, so that the run can be repeated from its folder. */
export const pipelineFile = "pipeline.json";

/** A pipeline as a run's settings name it; `out` is the run's folder. */
export async function describePipeline(
  pipeline: string | Pipeline,
  out: string,
): Promise<{ name: string; definition: unknown }> {
  if (typeof pipeline !== "string") return { name: join(out, pipelineFile), definition: pipeline.toDict() };
  const { name, dict } = await resolvePipeline(pipeline);
  return { name, definition: dict };
}

/** Writes a pipeline that was given as an object into the run's folder. */
export async function keepPipeline(pipeline: string | Pipeline | undefined, out: string): Promise<void> {
  if (pipeline === undefined || typeof pipeline === "string") return;
  await writeFileAtomic(join(out, pipelineFile), jsonText(pipeline.toDict()));
}
