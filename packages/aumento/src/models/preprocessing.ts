import * as nn from "@aumento/nn";
import { AumentoError, messageOf } from "../errors.ts";
import { readText } from "../files.ts";

/** A JSON that says how a model's pictures are prepared, checked as far as that goes without the model. */
export interface PreprocessingFile {
  path: string;
  text: string;
  input: nn.ModelPreprocessing;
}

/** A message of loadModel's without the words with which it calls what it was given. */
export const withoutSubject = (error: unknown): string =>
  messageOf(error)
    .replace(/^(loadModel: preprocessing|The model): /, "")
    .replace(/\.$/, "");

/** A field of a protobuf message that holds text or messages, of fewer than 128 bytes. */
const field = (number: number, ...content: (string | readonly number[])[]): number[] => {
  const bytes = content.flatMap((each) => (typeof each === "string" ? [...Buffer.from(each)] : each));
  return [(number << 3) | 2, bytes.length, ...bytes];
};

/** An ONNX file that takes pictures of any extents: what loadModel says of a JSON with it, it says with any model. */
function anyPictures(): Uint8Array {
  const [opset, float32] = [
    [0x10, 13],
    [0x08, 1],
  ];
  const extents = ["n", "c", "h", "w"].map((name) => field(1, field(2, name)));
  const type = field(2, field(1, float32, field(2, ...extents)));
  const node = field(1, field(1, "x"), field(2, "y"), field(4, "Relu"));
  const graph = field(7, node, field(11, field(1, "x"), type), field(12, field(1, "y")));
  return Uint8Array.from([0x08, 8, ...graph, ...field(8, opset)]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** How many channels it speaks of; three where it gives one number for all. */
function channelsOf({ mean, std }: nn.ModelPreprocessing): number {
  const each = [mean, std].find((numbers) => Array.isArray(numbers) && numbers.length > 0);
  return Array.isArray(each) ? each.length : 3;
}

/** Reads the JSON and checks it the way loadModel does with the one beside a model. */
export async function readPreprocessing(path: string): Promise<PreprocessingFile> {
  const text = (await readText(path, "preprocessing")).replace(/^\uFEFF/, "");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AumentoError("invalid_input", `${path} is no JSON: ${messageOf(error)}`, { cause: error });
  }
  if (!isObject(json) || !isObject(json.input)) {
    throw new AumentoError(
      "invalid_input",
      `${path} does not say how pictures are prepared: expected {"input":{"size":[224,224],"mean":[...],"std":[...],"range":[0,255],"layout":"NCHW"}}`,
    );
  }
  // Its form is what loadModel looks at next.
  const input = json.input as nn.ModelPreprocessing;
  try {
    await nn.loadModel(anyPictures(), { preprocessing: input, inputShape: [1, 1, channelsOf(input)] });
  } catch (error) {
    throw new AumentoError("invalid_input", `${path}: input: ${withoutSubject(error)}`, { cause: error });
  }
  return { path, text, input };
}
