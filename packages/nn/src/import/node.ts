import { AumentoError } from "../errors.ts";
import type { EmittedAttribute } from "../ir/emitter.ts";
import { type AttributeProto, AttributeProto_AttributeType, type NodeProto } from "../onnx/onnx.gen.ts";
import { showShape } from "../tensor.ts";
import {
  type Constant,
  type Dynamic,
  type Extent,
  type FloatConstant,
  isFloat,
  type Operand,
} from "./constant.ts";

/** A node of a foreign graph with what is known of its operands, for handlers to read. */
export class NodeReader {
  readonly op: string;
  readonly name: string;
  readonly opset: number;
  readonly operands: readonly (Operand | undefined)[];
  readonly #source: string;
  readonly #attributes: ReadonlyMap<string, AttributeProto>;
  /** Names of the outputs that something reads, by place; "" where none does. */
  readonly outputs: readonly string[];
  /** Shape of a sample of its first output, where the file says it. */
  readonly told: readonly number[] | undefined;
  /** The number of samples that the file was exported for, where it is fixed. */
  readonly samples: number | undefined;

  constructor(
    proto: NodeProto,
    facts: {
      source: string;
      opset: number;
      operands: readonly (Operand | undefined)[];
      outputs: readonly string[];
      told: readonly number[] | undefined;
      samples: number | undefined;
    },
  ) {
    this.op = proto.opType;
    this.name = proto.name || proto.output[0];
    this.#source = facts.source;
    this.opset = facts.opset;
    this.operands = facts.operands;
    this.outputs = facts.outputs;
    this.told = facts.told;
    this.samples = facts.samples;
    this.#attributes = new Map(proto.attribute.map((attribute) => [attribute.name, attribute]));
  }

  error(why: string, cause?: unknown): AumentoError {
    return new AumentoError("model", `${this.#source}: node "${this.name}" (${this.op}): ${why}`, { cause });
  }

  fail(why: string): never {
    throw this.error(why);
  }

  #attribute(name: string, type: number): AttributeProto | undefined {
    const attribute = this.#attributes.get(name);
    if (attribute && attribute.type !== type && attribute.type !== AttributeProto_AttributeType.UNDEFINED)
      this.fail(`its attribute "${name}" is of another type than ONNX says`);
    return attribute;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** All its attributes as they were, to be written again. */
  written(): Record<string, EmittedAttribute> {
    return Object.fromEntries(
      [...this.#attributes].map(([name, { type }]) => {
        if (type === AttributeProto_AttributeType.INT) return [name, this.int(name, 0)];
        if (type === AttributeProto_AttributeType.FLOAT) return [name, { float: this.float(name, 0) }];
        if (type === AttributeProto_AttributeType.STRING) return [name, this.text(name, "")];
        if (type === AttributeProto_AttributeType.INTS) return [name, this.ints(name) ?? []];
        return this.fail(`its attribute "${name}" is of a type that is not supported`);
      }),
    );
  }

  int(name: string, otherwise: number): number {
    return Number(this.#attribute(name, AttributeProto_AttributeType.INT)?.i ?? otherwise);
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name, AttributeProto_AttributeType.FLOAT)?.f ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#attribute(name, AttributeProto_AttributeType.STRING);
    return attribute ? new TextDecoder().decode(attribute.s) : otherwise;
  }

  ints(name: string): number[] | undefined {
    return this.#attribute(name, AttributeProto_AttributeType.INTS)?.ints.map(Number);
  }

  /** An operand that must be there and follow from the model's input. */
  dynamic(i: number): Dynamic {
    const operand = this.operands[i];
    if (operand?.kind !== "dynamic")
      return this.fail(
        `expected input ${i + 1} to come from the model's input, got ${operand ? "a constant" : "none"}`,
      );
    return operand;
  }

  /** An operand that must be a constant where it is there. */
  constant(i: number, what: string): Constant | undefined {
    const operand = this.operands[i];
    if (operand?.kind === "dynamic")
      return this.fail(`${what} must be a constant of the file; here it is computed from the pictures`);
    return operand;
  }

  /** A float32 constant that may be missing. */
  floats(i: number, what: string): FloatConstant | undefined {
    const constant = this.constant(i, what);
    if (constant && !isFloat(constant)) return this.fail(`${what} must be float32`);
    return constant;
  }

  /** A float32 constant that must be there. */
  needFloats(i: number, what: string): FloatConstant {
    return this.floats(i, what) ?? this.fail(`it has no ${what}`);
  }

  /** One float32 number, where it is there. */
  scalar(i: number, what: string): number | undefined {
    const constant = this.floats(i, what);
    if (constant && constant.data.length !== 1)
      this.fail(`${what} must be one number, got ${constant.data.length}`);
    return constant?.data[0];
  }

  /** Integers of which some may be the batch's size, where they are there. */
  extents(i: number, what: string): readonly Extent[] | undefined {
    const constant = this.constant(i, what);
    if (constant && isFloat(constant)) return this.fail(`${what} must be whole numbers`);
    return constant?.data as readonly Extent[] | undefined;
  }

  /** Whole numbers that do not depend on the batch's size, where they are there. */
  integers(i: number, what: string): number[] | undefined {
    return this.extents(i, what)?.map((value) =>
      value === "batch" ? this.fail(`${what} depends on the batch's size`) : value,
    );
  }

  /** Whole numbers that newer opsets have as an input and older ones as an attribute. */
  integersOrAttribute(i: number, name: string): number[] | undefined {
    return this.integers(i, name) ?? this.ints(name);
  }

  /** An axis counted from 0 in a tensor of `rank` axes, which must not be the batch's. */
  axis(given: number, rank: number, what = "axis"): number {
    const axis = given < 0 ? given + rank : given;
    if (!(axis >= 0 && axis < rank)) this.fail(`${what} ${given} does not exist in ${rank} axes`);
    if (axis === 0) this.fail(`${what} 0 is the batch: samples of a batch must stay apart`);
    return axis;
  }

  /** Height and width; fails for anything but pictures. */
  picture(i: number): Dynamic {
    const value = this.dynamic(i);
    if (value.sample.length !== 3)
      this.fail(
        `expected pictures [n, channels, height, width], got samples of shape ${showShape(value.sample)}; it can be imported in two dimensions only`,
      );
    return value;
  }

  /** Attributes of one and the same name per axis. */
  pair(name: string, otherwise: readonly [number, number]): [number, number] {
    const [height, width, ...more] = this.ints(name) ?? otherwise;
    if (width === undefined || more.length > 0) this.fail(`its attribute "${name}" must have two numbers`);
    return [height, width];
  }
}
