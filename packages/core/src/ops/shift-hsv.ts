import { createImage, type Image, shapeOf } from "../image.ts";
import { defineOp, type OpFactory } from "../op.ts";
import { throughBytes } from "../pixels/depth.ts";
import { hsvToRgb, rgbToHsv, shiftByte } from "../pixels/hsv.ts";
import { applyTable } from "../pixels/table.ts";

/** What is added to hue (in units of two degrees), saturation and value (0..255); only whole steps have an effect. */
export interface ShiftHsvParams {
  readonly hue: number;
  readonly saturation: number;
  readonly value: number;
}

/** The hue's shift as a whole number from 0 to 179: results are cut off, so its fraction has no effect. */
function wholeHue(hue: number): number {
  return ((Math.floor(hue) % 180) + 180) % 180;
}

function reference(params: ShiftHsvParams, image: Image): Image {
  const result = createImage(shapeOf(image));
  const { data } = image;
  if (image.channels === 1) {
    for (let i = 0; i < data.length; i++) result.data[i] = shiftByte(data[i], params.value);
    return result;
  }
  const rgb = new Uint8Array(result.data.buffer); // uint8 in, so a byte a value
  const turn = wholeHue(params.hue);
  for (let i = 0; i < data.length; i += 3) {
    const [h, s, v] = rgbToHsv(data[i], data[i + 1], data[i + 2]);
    // Grey stays grey whatever is added to saturation.
    const saturation = s === 0 ? 0 : shiftByte(s, params.saturation);
    hsvToRgb((h + turn) % 180, saturation, shiftByte(v, params.value), rgb, i);
  }
  return result;
}

/** Shifts of hue (it wraps), saturation and value; of grey pictures only the value. */
export const shiftHsv: OpFactory<ShiftHsvParams> = defineOp({
  name: "shiftHsv",
  masks: false,
  identity: (params) => params.hue === 0 && params.saturation === 0 && params.value === 0,
  reference: (params, image) => throughBytes(image, (bytes) => reference(params, bytes)),
  kernel: {
    inPlace: true,
    supports: (_params, shape) => shape.dtype === "uint8" && (shape.channels === 1 || shape.channels === 3),
    run(params, call) {
      const { input, output, kernels } = call;
      const pixels = input.width * input.height;
      if (input.channels === 1) {
        const table = Uint8Array.from({ length: 256 }, (_, v) => shiftByte(v, params.value));
        applyTable(call, table, 1);
      } else {
        const { hue, saturation, value } = params;
        kernels.shiftHsv(
          input.pointer,
          output.pointer,
          pixels,
          wholeHue(hue),
          Math.trunc(saturation),
          Math.trunc(value),
        );
      }
    },
  },
});
