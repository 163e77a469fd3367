import type { DataType } from "../ir/value.ts";

/** TensorProto.DataType of each of our types (onnx.proto). */
export const onnxTypes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};
