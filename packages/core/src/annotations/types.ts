/** A box inside the library: corners in pixels of the current picture. */
export interface Box {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
  /** Row of the sample it came from: its labels and extra columns follow it. */
  readonly row: number;
}

/** A keypoint inside the library: pixel coordinates, angle in radians within [0, 2 pi), scale (a size in pixels). */
export interface Keypoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly angle: number;
  readonly scale: number;
  readonly row: number;
}
