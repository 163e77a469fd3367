/** One picture of a built-in data set, before it is drawn. */
export interface SamplePicture {
  /** Path inside the data set's folder, with forward slashes and without extension. */
  path: string;
  /** What is true of the picture, for reports: its split, class and, for instance, the lesion's side. */
  facts: Record<string, string>;
  /** Draws it: row by row, size × size × channels. Depends on nothing but the seed, the picture and the size. */
  draw: (size: number) => Promise<DrawnPicture>;
}

export interface DrawnPicture {
  pixels: Uint8Array;
  channels: 1 | 3;
}

/** A built-in data set. */
export interface SampleSet {
  name: string;
  /** One sentence, shown by the command and written into sample.json. */
  description: string;
  /** Pictures' width and height where none is asked for. */
  defaultSize: number;
  /** Number of pictures in all where none is asked for. */
  defaultCount: number;
  defaultFormat: "png" | "jpeg";
  /** The least number of pictures that makes sense. */
  minCount: number;
  /** More to say in sample.json: what a program needs to know to judge results. */
  about: Record<string, string>;
  /** All pictures of the set, `count` in all, in a fixed order. */
  pictures: (seed: number, count: number) => SamplePicture[];
}
