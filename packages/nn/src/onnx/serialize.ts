import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { AumentoError } from "../errors.ts";
import { compileModel, type GraphDescription } from "./compile.ts";
import { type ModelProto, ModelProtoSchema } from "./onnx.gen.ts";

/** A graph of values as the bytes of an ONNX file. */
export function compileGraph(description: GraphDescription): Uint8Array {
  return toBinary(ModelProtoSchema, compileModel(description));
}

/** The bytes of a model. */
export function writeModel(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/**
 * Reads an ONNX file; tensors are views of `bytes`. `name` is how errors call the file. Throws where the bytes are cut
 * off or are not an ONNX model.
 */
export function readModel(bytes: Uint8Array, name = "model"): ModelProto {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new AumentoError(
      "file",
      `${name}: expected an ONNX model, got ${bytes.length} bytes that are not one or are cut off.`,
      {
        cause,
      },
    );
  }
  if (!model.graph || model.graph.output.length === 0 || model.opsetImport.length === 0) {
    throw new AumentoError(
      "file",
      `${name}: expected an ONNX model, got ${bytes.length} bytes without a graph.`,
    );
  }
  return model;
}
