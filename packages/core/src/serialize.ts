import { bboxSchema } from "./annotations/bboxes.ts";
import { keypointSchema } from "./annotations/keypoints.ts";
import { type ComposeOptions, compose, type Pipeline } from "./compose.ts";
import { oneOf } from "./compositions/one-of.ts";
import { sequential } from "./compositions/sequential.ts";
import { someOf } from "./compositions/some-of.ts";
import { AumentoError, nearestName, show } from "./errors.ts";
import type { Json } from "./op.ts";
import type { Schema } from "./params/field.ts";
import { parseParams, toSnakeCase } from "./params/schema.ts";
import { transforms } from "./registry.gen.ts";
import type { Dict, PipelineNode } from "./transform.ts";

/** A serialised transform or composition: its name and parameters. */
interface Entry {
  readonly name: string;
  readonly params: Readonly<Record<string, Json>>;
}

type Reader = (entry: Entry) => PipelineNode;

const compositionReaders: Readonly<Record<string, Reader>> = {
  Compose: (entry) => readCompose(entry),
  Sequential: (entry) => sequential(readChildren(entry), readOptions(entry, ["p"])),
  OneOf: (entry) => oneOf(readChildren(entry), readOptions(entry, ["p"])),
  SomeOf: (entry) => someOf(readChildren(entry), readOptions(entry, ["n", "replace", "p"])),
};

/**
 * The pipeline that Albumentations 2.x wrote with `A.to_dict` or `A.save` (parsed JSON), or that `toDict` wrote. A
 * single transform or another composition at the top becomes a pipeline of one. Throws for a transform or parameter
 * that is not known, naming it.
 */
export function fromDict(dict: unknown): Pipeline {
  const outer = asRecord(dict, "the document");
  const inner = "transform" in outer ? outer.transform : outer;
  const entry = readEntry(inner, "transform");
  return entry.name === "Compose" ? readCompose(entry) : compose([readNode(inner, "transform")]);
}

/** What `fromDict` and Albumentations' `A.from_dict` read. */
export function toDict(pipeline: Pipeline): Dict {
  return pipeline.toDict();
}

function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new AumentoError("invalid-document", `${where}: expected an object, got ${show(value)}`);
}

/** The name without a module before it: "albumentations.core.composition.Compose" is "Compose". */
function readEntry(value: unknown, where: string): Entry {
  const { __class_fullname__: fullName, ...params } = asRecord(value, where);
  if (typeof fullName !== "string") {
    throw new AumentoError(
      "invalid-document",
      `${where}.__class_fullname__: expected a name, got ${show(fullName)}`,
    );
  }
  // The document came out of JSON; what is in it is checked where it is read.
  return { name: fullName.slice(fullName.lastIndexOf(".") + 1), params: params as Record<string, Json> };
}

function readNode(value: unknown, where: string): PipelineNode {
  const entry = readEntry(value, where);
  const composition = Object.hasOwn(compositionReaders, entry.name)
    ? compositionReaders[entry.name]
    : undefined;
  if (composition) return composition(entry);
  const factory = transforms.find((candidate) => candidate.definition.name === entry.name);
  if (factory) return factory.fromJson(entry.params);
  const known = [
    ...transforms.map((candidate) => candidate.definition.name),
    ...Object.keys(compositionReaders),
  ];
  const near = nearestName(entry.name, known);
  throw new AumentoError(
    "unknown-transform",
    `${where}: there is no transform ${show(entry.name)}${near ? `; did you mean "${near}"?` : "."} Known: ${known.join(", ")}`,
  );
}

function readChildren(entry: Entry): PipelineNode[] {
  const children = entry.params.transforms;
  if (!Array.isArray(children)) {
    throw new AumentoError(
      "invalid-document",
      `${entry.name}.transforms: expected a list, got ${show(children)}`,
    );
  }
  return children.map((child, index) => readNode(child, `${entry.name}.transforms[${index}]`));
}

/** The composition's options under their camelCase names; throws for one that it does not have. */
function readOptions(entry: Entry, known: readonly string[]): Record<string, never> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entry.params)) {
    if (name === "transforms") continue;
    const option = known.find((candidate) => toSnakeCase(candidate) === name);
    if (!option) {
      const names = known.map(toSnakeCase);
      const near = nearestName(name, names);
      throw new AumentoError(
        "unknown-parameter",
        `${entry.name} has no parameter ${show(name)}${near ? `; did you mean "${near}"?` : ""} It has: ${names.join(", ")}`,
      );
    }
    options[option] = value;
  }
  return options as Record<string, never>; // each composition checks its options itself
}

function readCompose(entry: Entry): Pipeline {
  // What Albumentations takes and this package has no use for: how strictly arguments are checked (here always), and
  // whether the applied parameters are kept (they are in every plan).
  const {
    strict: _strict,
    save_applied_params: _saved,
    bbox_params,
    keypoint_params,
    additional_targets,
    ...rest
  } = entry.params;
  const known = ["p", "isCheckShapes", "seed", "maskInterpolation", "fusion"];
  const options: ComposeOptions = { ...readOptions({ name: entry.name, params: rest }, known) };
  if (bbox_params) options.bboxParams = readParams("bbox_params", bboxSchema, bbox_params);
  if (keypoint_params)
    options.keypointParams = readParams("keypoint_params", keypointSchema, keypoint_params);
  if (additional_targets) {
    options.additionalTargets = asRecord(additional_targets, "additional_targets") as Record<string, string>; // compose checks the values
  }
  return compose(readChildren(entry), options);
}

function readParams<S extends Schema>(owner: string, schema: S, json: Json) {
  return parseParams(owner, schema, asRecord(json, owner), toSnakeCase);
}
