import { sizeOf, type Value } from "../../ir/value.ts";
import * as ops from "../../ops/index.ts";
import type { Attributes, Handler, LayerPlan } from "../handler.ts";
import type { NodeReader } from "../node.ts";

/** Numbers as a configuration holds them: JSON has no infinities. */
const toJson = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** An op of one operand, with the attributes it reads and their defaults. */
function unary(
  apply: (x: Value, attributes: Readonly<Record<string, number>>) => Value,
  defaults: Readonly<Record<string, number>> = {},
): Handler {
  const names = Object.keys(defaults);
  return {
    read: (node) => ({
      inputs: [node.dynamic(0)],
      attributes: Object.fromEntries(names.map((name) => [name, node.float(name, defaults[name])])),
    }),
    apply: ([x], { attributes }) =>
      apply(x, Object.fromEntries(names.map((name) => [name, Number(attributes[name])]))),
  };
}

/**
 * An op of two operands. One may be a constant: a number is one of the layer, a tensor is a weight, which is trained
 * where `trained` says so.
 */
function binary(apply: (a: Value, b: Value) => Value, trained: boolean): Handler {
  return {
    read(node): LayerPlan {
      const [a, b] = node.operands;
      if (a?.kind === "dynamic" && b?.kind === "dynamic") return { inputs: [a, b] };
      const side = a?.kind === "dynamic" ? "right" : "left";
      const x = node.dynamic(side === "right" ? 0 : 1);
      const constant = node.needFloats(side === "right" ? 1 : 0, "its constant operand");
      if (sizeOf(constant.shape) === 1)
        return { inputs: [x], attributes: { side, number: toJson(constant.data[0]) } };
      return {
        inputs: [x],
        attributes: { side },
        weights: { operand: { constant, trainable: trained } },
      };
    },
    apply([x, y], { attributes, weight }) {
      const other = y ?? weight("operand") ?? ops.scalar(Number(attributes.number));
      return attributes.side === "left" ? apply(other, x) : apply(x, other);
    },
  };
}

/** An op of any number of operands, all computed. */
function several(apply: (a: Value, b: Value) => Value): Handler {
  return {
    read: (node) => ({ inputs: node.operands.map((_, i) => node.dynamic(i)) }),
    apply: (inputs) => inputs.reduce(apply),
  };
}

const hardSigmoid = (x: Value, alpha: number, beta: number): Value =>
  ops.clip(ops.add(ops.mul(x, ops.scalar(alpha)), ops.scalar(beta)), 0, 1);

/** x · Φ(x), exactly or by its approximation with tanh (Hendrycks and Gimpel, 2016). */
function gelu(x: Value, approximate: boolean): Value {
  const half = ops.mul(x, ops.scalar(0.5));
  if (!approximate)
    return ops.mul(half, ops.add(ops.erf(ops.mul(x, ops.scalar(Math.SQRT1_2))), ops.scalar(1)));
  const cube = ops.mul(ops.mul(x, x), x);
  const inner = ops.mul(ops.add(x, ops.mul(cube, ops.scalar(0.044715))), ops.scalar(Math.sqrt(2 / Math.PI)));
  return ops.mul(half, ops.add(ops.tanh(inner), ops.scalar(1)));
}

/** Powers with a constant exponent that are products and roots. */
function power(x: Value, exponent: number): Value {
  if (exponent === 0.5) return ops.sqrt(x);
  if (exponent < 0) return ops.div(ops.scalar(1), power(x, -exponent));
  return Array<Value>(exponent - 1)
    .fill(x)
    .reduce((product, factor) => ops.mul(product, factor), x);
}

/** Bounds as an attribute before opset 11, as inputs since. */
function readBound(node: NodeReader, place: number, name: string, otherwise: number): number {
  return node.scalar(place, name) ?? node.float(name, otherwise);
}

const bounds = ({ min, max }: Attributes) => [Number(min), Number(max)] as const;

/** Handlers of element-wise operators, by their name in ONNX. */
export const elementWise: Readonly<Record<string, Handler>> = {
  Abs: unary(ops.abs),
  Add: binary(ops.add, true),
  Clip: {
    read: (node) => ({
      inputs: [node.dynamic(0)],
      attributes: {
        min: toJson(readBound(node, 1, "min", -Infinity)),
        max: toJson(readBound(node, 2, "max", Infinity)),
      },
    }),
    apply: ([x], { attributes }) => ops.clip(x, ...bounds(attributes)),
  },
  Div: binary(ops.div, false),
  Elu: unary(
    (x, { alpha }) =>
      ops.add(
        ops.relu(x),
        ops.mul(ops.sub(ops.exp(ops.clip(x, -Infinity, 0)), ops.scalar(1)), ops.scalar(alpha)),
      ),
    { alpha: 1 },
  ),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Gelu: {
    read: (node) => ({
      inputs: [node.dynamic(0)],
      attributes: { approximate: node.text("approximate", "none") === "tanh" },
    }),
    apply: ([x], { attributes }) => gelu(x, attributes.approximate === true),
  },
  HardSigmoid: unary((x, { alpha, beta }) => hardSigmoid(x, alpha, beta), { alpha: 0.2, beta: 0.5 }),
  HardSwish: unary((x) => ops.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: unary((x, { alpha }) => ops.leakyRelu(x, alpha), { alpha: 0.01 }),
  Log: unary(ops.log),
  Max: several(ops.maximum),
  Min: several(ops.minimum),
  Mul: binary(ops.mul, true),
  Neg: unary(ops.neg),
  PRelu: {
    read: (node) => ({
      inputs: [node.dynamic(0)],
      weights: { slope: { constant: node.needFloats(1, "its slope") } },
    }),
    apply: ([x], { weight }) => ops.sub(ops.relu(x), ops.mul(ops.relu(ops.neg(x)), weight("slope")!)),
  },
  Pow: {
    read(node) {
      const constant = node.constant(1, "its exponent");
      const exponent = Number(constant?.data[0]);
      if (
        constant?.data.length !== 1 ||
        !([0.5, -0.5].includes(exponent) || Number.isInteger(exponent)) ||
        exponent === 0 ||
        Math.abs(exponent) > 8
      )
        node.fail("its exponent must be one number: 0.5, -0.5 or a whole one from -8 to 8 but 0");
      return { inputs: [node.dynamic(0)], attributes: { exponent } };
    },
    apply: ([x], { attributes }) => power(x, Number(attributes.exponent)),
  },
  Reciprocal: unary((x) => ops.div(ops.scalar(1), x)),
  Relu: unary(ops.relu),
  Sigmoid: unary(ops.sigmoid),
  Softplus: unary(ops.softplus),
  Sqrt: unary(ops.sqrt),
  Sub: binary(ops.sub, false),
  Sum: several(ops.add),
  Tanh: unary(ops.tanh),
  Cast: {
    read(node) {
      if (node.int("to", 1) !== 1) node.fail("it converts what is computed to another type than float32");
      return { inputs: [node.dynamic(0)] };
    },
    apply: ([x]) => x,
  },
  // In inference, which files are exported for, dropout leaves everything as it is.
  Dropout: unary((x) => x),
  Identity: unary((x) => x),
};
