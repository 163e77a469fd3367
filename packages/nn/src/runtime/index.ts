/** Everything that touches ONNX Runtime. */
export { blockSize } from "./block-size.ts";
export { useRuntime } from "./load.ts";
export { createSession, type Session, type SessionOptions, type SessionTensor } from "./session.ts";
