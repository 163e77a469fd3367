import type { Key } from "@aumento/core";
import type { Annotation } from "../annotations.ts";

/** A file of a mask and where it came from. */
export interface MaskLine {
  /** Relative to OUT, as all paths of files that were written. */
  file: string;
  /** The mask it was made from, relative to OUT. */
  source: string;
  sourceSha256: string;
  sha256: string;
  bytes: number;
}

/** A line of a manifest: a file that was written. */
export interface WrittenLine {
  file: string;
  /** The picture it was made from, relative to the header's `source`. */
  source: string;
  sourceSha256: string;
  /** 0: the picture itself. */
  variant: number;
  sha256: string;
  bytes: number;
  mask?: MaskLine;
  annotation?: Annotation;
  /** The file is its source, byte for byte; else `key` and `plan` say how it was made. */
  copied?: true;
  key?: Required<Key>;
  /** Plan of @aumento/core: what was drawn. Its JSON replays. */
  plan?: object;
}

/** A line of a manifest: a picture that nothing could be made from. */
export interface LeftOutLine {
  source: string;
  leftOut: string;
}

export type Line = WrittenLine | LeftOutLine;

export const isLeftOut = (line: Line): line is LeftOutLine => "leftOut" in line;
export const isWritten = (line: Line): line is WrittenLine => !isLeftOut(line);
