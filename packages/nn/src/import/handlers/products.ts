import { dense, matMul, mul, reshape, scalar } from "../../ops/index.ts";
import { sizeOf } from "../../tensor.ts";
import type { Handler } from "../handler.ts";

/** Handlers of products of matrices, by their name in ONNX. */
export const products: Readonly<Record<string, Handler>> = {
  Gemm: {
    read(node) {
      const x = node.dynamic(0);
      const kernel = node.needFloats(1, "its matrix");
      const bias = node.floats(2, "its bias");
      if (node.int("transA", 0) !== 0)
        node.fail("transA is not supported: it would mix the samples of a batch");
      if (x.sample.length !== 1 || kernel.shape.length !== 2)
        node.fail("expected vectors [n, features] and a matrix");
      const transposed = node.int("transB", 0) !== 0;
      const units = kernel.shape[transposed ? 0 : 1];
      if (bias && sizeOf(bias.shape) !== units)
        node.fail(`expected a bias of ${units} numbers, got ${sizeOf(bias.shape)}`);
      return {
        inputs: [x],
        attributes: { transposed, alpha: node.float("alpha", 1), beta: node.float("beta", 1) },
        weights: { kernel: { constant: kernel }, ...(bias ? { bias: { constant: bias } } : {}) },
      };
    },
    apply([x], { attributes, weight }) {
      const { alpha, beta, transposed } = attributes;
      const kernel = weight("kernel")!;
      const bias = weight("bias");
      const scaled = alpha === 1 ? x : mul(x, scalar(Number(alpha)));
      if (!bias) return matMul(scaled, kernel, { transposeB: transposed === true });
      const row = reshape(bias, [sizeOf(bias.shape)]);
      return dense(scaled, kernel, beta === 1 ? row : mul(row, scalar(Number(beta))), transposed === true);
    },
  },
  MatMul: {
    read(node) {
      const [a, b] = node.operands;
      if (a?.kind === "dynamic" && b?.kind === "dynamic") return { inputs: [a, b] };
      const x = node.dynamic(0);
      const kernel = node.needFloats(1, "its matrix");
      if (kernel.shape.length < 2) node.fail("expected a matrix, got a vector");
      return { inputs: [x], weights: { kernel: { constant: kernel } } };
    },
    apply: ([a, b], { weight }) => matMul(a, b ?? weight("kernel")!),
  },
};
