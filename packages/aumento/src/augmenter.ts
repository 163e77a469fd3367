import { fromDict, type Image, type Key, type Plan, replay, type Sample } from "@aumento/core";
import type { Annotation } from "./annotations.ts";
import { AumentoError, messageOf } from "./errors.ts";
import type { ReadPicture } from "./pictures.ts";
import type { ResolvedPipeline } from "./pipelines.ts";

/** Box formats, as Albumentations names them. */
export const bboxFormats = ["pascal_voc", "coco", "yolo", "albumentations"] as const;
export type BboxFormat = (typeof bboxFormats)[number];
/** Keypoint formats, as Albumentations names them. */
export const keypointFormats = ["xy", "yx", "xya", "xys", "xyas", "xysa", "xyz"] as const;
export type KeypointFormat = (typeof keypointFormats)[number];

export interface AnnotationFormats {
  bboxes: BboxFormat;
  keypoints: KeypointFormat;
}

/** A picture with what belongs to it, before or after a pipeline. */
export interface Annotated {
  image: Image;
  /** Opacity, if the file has any; it moves as a mask does, so that what was not in the picture is clear. */
  alpha?: Image;
  mask?: Image;
  annotation?: Annotation;
}

/** A picture after a pipeline, and what was drawn for it. */
export interface Augmented extends Annotated {
  plan: Plan;
}

export interface Augmenter {
  /**
   * `lent` is memory for the result's pixels, the caller's again when it has no more use for the result; it is left
   * alone where the result has another size.
   */
  (picture: Annotated, key: Key, lent?: Uint8Array): Augmented;
  /** Does to a picture what a plan of this augmenter says; `plan` may be its JSON. */
  replay(picture: Annotated, plan: object): Augmented;
  /** The formats that boxes and keypoints are in: the pipeline's own where it says, else those asked for. */
  formats: AnnotationFormats;
}

/** Label fields by which survivors are told: the row each box or keypoint came from. */
const bboxRow = "aumentoBboxRow";
const keypointRow = "aumentoKeypointRow";

type Fields = Record<string, unknown>;
const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null;

function labelFieldsOf(params: Fields | undefined): string[] {
  const fields = params?.label_fields;
  return Array.isArray(fields) ? fields.map(String) : [];
}

/**
 * Prepares a pipeline for annotated pictures. A pipeline that says nothing about boxes or keypoints is given
 * the formats asked for; one that does keeps its own.
 */
export function createAugmenter(
  resolved: Pick<ResolvedPipeline, "dict">,
  asked: AnnotationFormats,
): Augmenter {
  // A dictionary is JSON; copying it lets it be edited freely.
  const dict = JSON.parse(JSON.stringify(resolved.dict)) as Fields;
  const transform = isRecord(dict.transform) ? dict.transform : dict;
  const bboxParams = isRecord(transform.bbox_params) ? transform.bbox_params : undefined;
  const keypointParams = isRecord(transform.keypoint_params) ? transform.keypoint_params : undefined;
  const bboxFields = labelFieldsOf(bboxParams);
  const keypointFields = labelFieldsOf(keypointParams);
  const withParams = (params: Fields | undefined, format: string, fields: string[]) => ({
    format,
    ...params,
    label_fields: fields,
  });
  transform.bbox_params = withParams(bboxParams, asked.bboxes, [...bboxFields, bboxRow]);
  transform.keypoint_params = withParams(keypointParams, asked.keypoints, [...keypointFields, keypointRow]);
  const pipeline = fromDict(dict);

  const run = (
    { image, alpha, mask, annotation }: Annotated,
    apply: (sample: Sample) => Sample & { plan: Plan },
  ): Augmented => {
    const sample: Sample = { image };
    if (mask) sample.mask = mask;
    if (alpha) sample.masks = [alpha];
    const bboxes = annotation?.bboxes ?? [];
    const keypoints = annotation?.keypoints ?? [];
    sample.bboxes = bboxes;
    sample[bboxRow] = bboxes.map((_, row) => row);
    sample.keypoints = keypoints;
    sample[keypointRow] = keypoints.map((_, row) => row);
    for (const field of bboxFields) sample[field] = annotation?.[field] ?? bboxes.map(() => "");
    for (const field of keypointFields) sample[field] = annotation?.[field] ?? keypoints.map(() => "");
    const out = apply(sample);
    return {
      plan: out.plan,
      image: out.image,
      alpha: out.masks?.[0],
      mask: out.mask,
      annotation: annotation && {
        ...annotation,
        ...survivors(annotation, "bboxes", out.bboxes, out[bboxRow], [...bboxFields, "labels"]),
        ...survivors(annotation, "keypoints", out.keypoints, out[keypointRow], [
          ...keypointFields,
          "keypointLabels",
        ]),
      },
    };
  };
  const formats = {
    bboxes: (bboxParams?.format as BboxFormat | undefined) ?? asked.bboxes, // fromDict checked its value
    keypoints: (keypointParams?.format as KeypointFormat | undefined) ?? asked.keypoints,
  };
  /** Set by the first result that did not fit what was lent: the pipeline changes sizes. */
  let changesSize = false;
  const augment = (picture: Annotated, key: Key, lent?: Uint8Array) => {
    const plain = () => run(picture, (sample) => pipeline(sample, key));
    if (!lent || changesSize) return plain();
    try {
      return run(picture, (sample) => pipeline(sample, key, { out: lent }));
    } catch {
      const result = plain(); // what is wrong with the picture is thrown here again
      changesSize = true;
      return result;
    }
  };
  return Object.assign(augment, {
    replay: (picture: Annotated, plan: object) => run(picture, (sample) => replay(plan, sample)),
    formats,
  });
}

/** The rows that are left, and the label fields of the same rows. */
function survivors(
  annotation: Annotation,
  name: "bboxes" | "keypoints",
  rows: number[][] | undefined,
  origin: unknown,
  fields: readonly string[],
): Fields {
  const before = annotation[name];
  if (!before) return {};
  const left = Array.isArray(origin) ? origin.map(Number) : [];
  const result: Fields = { [name]: rows ?? [] };
  for (const field of fields) {
    const labels = annotation[field];
    if (!Array.isArray(labels)) continue;
    if (labels.length !== before.length) {
      throw new AumentoError(
        "invalid_annotations",
        `"${field}" must have one entry for each of the ${before.length} ${name}, got ${labels.length}`,
      );
    }
    result[field] = left.map((row) => labels[row]);
  }
  return result;
}

/** Runs the augmenter on a file's picture; an error names the file. */
export function augmentPicture(
  augmenter: Augmenter,
  path: string,
  picture: Pick<ReadPicture, "image" | "alpha"> & Pick<Annotated, "mask" | "annotation">,
  key: Key,
  lent?: Uint8Array,
): Augmented {
  try {
    const { image, alpha, mask, annotation } = picture;
    return augmenter({ image, alpha, mask, annotation }, key, lent);
  } catch (error) {
    throw new AumentoError("invalid_input", `${path}: ${messageOf(error)}`, { cause: error });
  }
}
