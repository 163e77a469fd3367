/** Numbers with a shape, row-major. */
export interface Tensor {
  data: Float32Array | Uint8Array | Int32Array;
  shape: readonly number[];
}

/** A batch of pictures. */
export interface Batch {
  /** [n, height, width, channels]: uint8 0..255, or float32 where the pipeline ends in Normalize. */
  x: Tensor;
  /** As `classMode` says; absent for "none". */
  y?: Tensor;
  /** The stable index of each picture: its place in the whole folder's sorted list of files. */
  indices: Uint32Array;
  /** The path of each picture. */
  files: string[];
}

export interface EpochOptions {
  /** Stops the epoch: the iteration throws the signal's reason. */
  signal?: AbortSignal;
  /**
   * Hand out the loader's own memory, valid only until the next batch is asked for, instead of a copy.
   * Default false.
   */
  reuse?: boolean;
}

/** A picture that could not be decoded. */
export interface BrokenPicture {
  file: string;
  /** Its stable index. */
  index: number;
  reason: string;
}
