/** What went wrong, for programs: the message says it to people. */
export type ErrorCode =
  | "argument" // a parameter or its combination with another makes no sense
  | "shape" // a tensor, batch or layer input has another shape, type or range than is needed
  | "file" // a file is missing, unreadable, of another kind or could not be written
  | "model" // a file or state belongs to another architecture
  | "training" // the loss is no number, or the source of batches misbehaves
  | "runtime"; // ONNX Runtime is missing or refused a graph

/** Every error this package throws on purpose. */
export class AumentoError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "AumentoError";
    this.code = code;
  }
}
