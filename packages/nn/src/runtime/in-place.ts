import { toBinary } from "@bufbuild/protobuf";
import { GraphBuilder } from "../onnx/builder.ts";
import { ModelProtoSchema } from "../onnx/onnx.gen.ts";
import type { OrtModule } from "./load.ts";

/** A graph that gives its one number back. */
function probe(): Uint8Array {
  const type = { shape: [1], dtype: "float32" } as const;
  const builder = new GraphBuilder({ contributed: false });
  builder.output("y", builder.node("Neg", [builder.input("x", type)]), type);
  return toBinary(ModelProtoSchema, builder.finish({}));
}

async function measure(ort: OrtModule): Promise<boolean> {
  const session = await ort.InferenceSession.create(probe());
  const y = new Float32Array(1);
  const x = new ort.Tensor("float32", Float32Array.of(-7), [1]);
  await session.run({ x }, { y: new ort.Tensor("float32", y, [1]) });
  await session.release();
  return y[0] === 7;
}

const known = new WeakMap<OrtModule, Promise<boolean>>();

/**
 * Whether a runtime writes an output into memory given for it. onnxruntime-node does; onnxruntime-web 1.30 takes such
 * memory, gives it back, and leaves it as it was.
 */
export function writesInPlace(ort: OrtModule): Promise<boolean> {
  let answer = known.get(ort);
  if (!answer) {
    answer = measure(ort);
    known.set(ort, answer);
    answer.catch(() => known.delete(ort));
  }
  return answer;
}
