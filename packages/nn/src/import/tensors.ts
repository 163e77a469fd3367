import { AumentoError } from "../errors.ts";
import { readFileIfThere, siblingPath } from "../files.ts";
import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from "../onnx/onnx.gen.ts";
import { showShape, sizeOf } from "../tensor.ts";
import type { Constant } from "./constant.ts";

const typeName = (type: number): string =>
  Object.entries(TensorProto_DataType)
    .find(([, value]) => value === type)?.[0]
    .toLowerCase() ?? `type ${type}`;

/** Bytes of an element of the integer types that shapes and axes come in. */
const INTEGERS: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  [TensorProto_DataType.UINT8]: (view, at) => view.getUint8(at),
  [TensorProto_DataType.INT8]: (view, at) => view.getInt8(at),
  [TensorProto_DataType.BOOL]: (view, at) => view.getUint8(at),
  [TensorProto_DataType.INT32]: (view, at) => view.getInt32(4 * at, true),
  [TensorProto_DataType.INT64]: (view, at) => Number(view.getBigInt64(8 * at, true)),
};

/** Reads the tensors of a file, those that lie in files beside it included. */
export class TensorReader {
  readonly #source: string;
  readonly #path: string | undefined;
  readonly #beside = new Map<string, Uint8Array>();

  /** `path` of the model's file, where it came from one. */
  constructor(source: string, path: string | undefined) {
    this.#source = source;
    this.#path = path;
  }

  #fail(tensor: TensorProto, why: string): never {
    throw new AumentoError("file", `${this.#source}: the tensor "${tensor.name}" ${why}`);
  }

  async #external(tensor: TensorProto): Promise<Uint8Array> {
    const facts = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const location = facts.get("location") ?? "";
    if (this.#path === undefined)
      this.#fail(tensor, `lies in another file, "${location}": load the model by its path`);
    if (location === "" || /^([/\\]|[a-z]:)/i.test(location) || location.split(/[/\\]/).includes(".."))
      this.#fail(tensor, `lies in "${location}", which is not beside the model: refused`);
    const path = siblingPath(this.#path, location);
    let bytes = this.#beside.get(path);
    if (!bytes) {
      bytes = await readFileIfThere(path);
      if (!bytes) this.#fail(tensor, `lies in "${location}", which is missing: it should be at ${path}`);
      this.#beside.set(path, bytes);
    }
    const offset = Number(facts.get("offset") ?? 0);
    const length = Number(facts.get("length") ?? bytes.length - offset);
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
      this.#fail(
        tensor,
        `should be bytes ${offset} to ${offset + length} of ${path}, which has ${bytes.length}: the file is cut off or another one`,
      );
    return bytes.subarray(offset, offset + length);
  }

  async read(tensor: TensorProto, name = tensor.name): Promise<Constant> {
    const shape = tensor.dims.map(Number);
    const size = sizeOf(shape);
    const raw =
      tensor.dataLocation === TensorProto_DataLocation.EXTERNAL
        ? await this.#external(tensor)
        : tensor.rawData;
    const data = this.#elements(tensor, raw);
    if (data.length !== size)
      this.#fail(tensor, `has ${data.length} numbers, its shape ${showShape(shape)} needs ${size}`);
    return { kind: "constant", name, shape, data };
  }

  #elements(tensor: TensorProto, raw: Uint8Array): Float32Array | number[] {
    const type = tensor.dataType;
    if (type === TensorProto_DataType.FLOAT) {
      // A copy: in the file the numbers need not begin at a multiple of four bytes.
      if (raw.length % 4 === 0 && raw.length > 0) return new Float32Array(new Uint8Array(raw).buffer);
      return Float32Array.from(tensor.floatData);
    }
    if (type === TensorProto_DataType.DOUBLE) {
      const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
      if (raw.length === 0) return Float32Array.from(tensor.doubleData);
      return Float32Array.from({ length: raw.length >> 3 }, (_, i) => view.getFloat64(8 * i, true));
    }
    const element = INTEGERS[type];
    if (!element)
      this.#fail(tensor, `is of ${typeName(type)}; float32 weights and whole numbers can be imported`);
    if (raw.length === 0) return tensor.int64Data.length ? tensor.int64Data.map(Number) : tensor.int32Data;
    const bytes = { [TensorProto_DataType.INT32]: 4, [TensorProto_DataType.INT64]: 8 }[type] ?? 1;
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    return Array.from({ length: Math.floor(raw.length / bytes) }, (_, i) => element(view, i));
  }
}
