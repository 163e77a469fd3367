import type { ArgsDef } from "citty";
import { type AnnotationFormats, bboxFormats, keypointFormats } from "../augmenter.ts";
import { choiceOption } from "../options.ts";

/** Options of the commands that put pictures, and what is annotated in them, through a pipeline. */
export const pipelineArguments = {
  pipeline: {
    type: "string",
    alias: "p",
    required: true,
    description: "Preset, JSON file (ours or Albumentations'), or TypeScript module",
  },
  annotations: {
    type: "string",
    description: "JSON lines: file, bboxes, labels, keypoints, mask of each picture",
  },
  "bbox-format": {
    type: "string",
    default: "pascal_voc",
    description: `Boxes where the pipeline does not say: ${bboxFormats.join(", ")}`,
  },
  "keypoint-format": {
    type: "string",
    default: "xy",
    description: `Keypoints where the pipeline does not say: ${keypointFormats.join(", ")}`,
  },
} as const satisfies ArgsDef;

/** The formats that those options name. */
export function annotationFormats(args: {
  "bbox-format": string;
  "keypoint-format": string;
}): AnnotationFormats {
  return {
    bboxes: choiceOption(args["bbox-format"], "--bbox-format", bboxFormats),
    keypoints: choiceOption(args["keypoint-format"], "--keypoint-format", keypointFormats),
  };
}
