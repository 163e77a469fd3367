import { extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fromDict, type Pipeline } from "@aumento/core";
import { AumentoError, messageOf, UsageError } from "./errors.ts";
import { kindOf, readText } from "./files.ts";
import { didYouMean } from "./nearest.ts";
import { presets } from "./presets.ts";

const moduleExtensions = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);

/** A pipeline that was asked for on the command line. */
export interface ResolvedPipeline {
  /** The preset's name or the file's path as it was given. */
  name: string;
  pipeline: Pipeline;
  /** The same as data (Albumentations 2.x' form): what worker threads, reports and saved models are given. */
  dict: ReturnType<Pipeline["toDict"]>;
}

/**
 * Finds the pipeline that `spec` names: a preset ("course", "flip", ...), a JSON file (ours or
 * Albumentations'), or a TypeScript or JavaScript module whose default export is a pipeline or its
 * dictionary. Throws an AumentoError that names the file and what is wrong with it.
 */
export async function resolvePipeline(spec: string): Promise<ResolvedPipeline> {
  const preset = Object.hasOwn(presets, spec) ? presets[spec] : undefined;
  if (preset) return describe(spec, preset.create());
  const extension = extname(spec).toLowerCase();
  if ((await kindOf(spec)) === "file") {
    if (moduleExtensions.has(extension)) return describe(spec, await fromModule(spec));
    return describe(spec, fromJson(spec, await readText(spec, "pipeline file")));
  }
  if (extension === ".json" || moduleExtensions.has(extension)) {
    throw new AumentoError("not_found", `pipeline file not found: ${spec}`);
  }
  const names = Object.keys(presets);
  throw new UsageError(
    `unknown pipeline "${spec}"${didYouMean(spec, names) || ";"} give a preset (${names.join(", ")}), ` +
      "a JSON file or a TypeScript module",
  );
}

function describe(name: string, pipeline: Pipeline): ResolvedPipeline {
  return { name, pipeline, dict: pipeline.toDict() };
}

function build(spec: string, dict: unknown): Pipeline {
  try {
    return fromDict(dict);
  } catch (error) {
    throw new AumentoError("invalid_pipeline", `pipeline ${spec}: ${messageOf(error)}`, { cause: error });
  }
}

function fromJson(spec: string, text: string): Pipeline {
  let dict: unknown;
  try {
    dict = JSON.parse(text);
  } catch (error) {
    // Albumentations also saves YAML, which looks like any other text to the parser.
    const hint =
      extname(spec).toLowerCase() === ".json"
        ? ""
        : '; only JSON is read: save an Albumentations pipeline with A.save(transform, "pipeline.json")';
    throw new AumentoError("invalid_pipeline", `pipeline ${spec} is not JSON: ${messageOf(error)}${hint}`);
  }
  return build(spec, dict);
}

/**
 * Loads a module with jiti, which strips TypeScript's types on every Node we support. Our own packages
 * resolve to the copies that run here, so that a pipeline file may lie in a folder without node_modules.
 */
async function fromModule(spec: string): Promise<Pipeline> {
  const { createJiti } = await import("jiti");
  const path = resolve(spec);
  const own = (name: string) => fileURLToPath(import.meta.resolve(name));
  const jiti = createJiti(pathToFileURL(path).href, {
    fsCache: false,
    moduleCache: false,
    alias: { aumento: own("aumento"), "@aumento/core": own("@aumento/core") },
  });
  let exported: unknown;
  try {
    exported = await jiti.import(path, { default: true });
  } catch (error) {
    // Of a module that is not found, the loader goes on to list who asked for it.
    const reason = messageOf(error).split("; Require stack")[0];
    throw new AumentoError("invalid_pipeline", `pipeline ${spec} failed to load: ${reason}`, {
      cause: error,
    });
  }
  // A copy of core of the module's own would not be ours: going through the dictionary makes it so.
  if (isPipeline(exported)) return build(spec, exported.toDict());
  if (typeof exported === "object" && exported !== null && "transform" in exported)
    return build(spec, exported);
  throw new AumentoError(
    "invalid_pipeline",
    `pipeline ${spec}: expected "export default A.compose([...])", got a default export of type ${typeof exported}`,
  );
}

function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "function" && "toDict" in value && typeof value.toDict === "function";
}
