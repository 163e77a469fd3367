import { AumentoError } from "../errors.ts";
import type { Image, PixelData, Role } from "../image.ts";
import type { Op } from "../op.ts";

/** What executes ops on pixels. */
export interface Backend {
  readonly name: string;
  /**
   * The picture after all ops. Never changes `image`; where no op changes anything, `image` itself is returned
   * (unless `out` is given). `out` receives the final pixels and becomes the result's data.
   */
  run(ops: readonly Op[], image: Image, role: Role, out?: PixelData): Image;
}

/** The result with its pixels in `out`, where one is given; throws if they do not fit. */
export function deliver(image: Image, out: PixelData | undefined): Image {
  if (!out) return image;
  if (out.length !== image.data.length || out.constructor !== image.data.constructor) {
    throw new AumentoError(
      "invalid-sample",
      `out: expected a ${image.data.constructor.name} of ${image.data.length} values, got a ${out.constructor.name} of ${out.length}`,
    );
  }
  if (out !== image.data) out.set(image.data);
  return { ...image, data: out };
}
