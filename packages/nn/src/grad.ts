import { AumentoError } from "./errors.ts";
import { ordered } from "./ir/graph.ts";
import { describe, type Value } from "./ir/value.ts";
import * as functions from "./ops/index.ts";

/**
 * Gradients of a loss (one element) with respect to values it depends on: the reverse walk over the graph, each op
 * giving its own rule. A value that the loss does not depend on gets zeros.
 */
export function gradients(loss: Value, withRespectTo: readonly Value[]): Value[] {
  if (loss.shape.some((extent) => extent !== 1) || loss.dtype !== "float32") {
    throw new AumentoError(
      "shape",
      `gradients: expected a float32 loss of one element, got ${describe(loss)}.`,
    );
  }
  const order = ordered([loss]);
  const wanted = new Set(withRespectTo);
  const leads = new Set<Value>();
  for (const value of order) {
    if (wanted.has(value) || value.inputs.some((input) => leads.has(input))) leads.add(value);
  }
  const flows = new Map<Value, Value>([[loss, functions.broadcastTo(functions.scalar(1), loss.shape)]]);
  for (const value of order.reverse()) {
    const flow = flows.get(value);
    if (!flow || value.op.gradient === null || !value.inputs.some((input) => leads.has(input))) continue;
    const parts = value.op.gradient(value, flow, functions);
    value.inputs.forEach((input, i) => {
      const part = parts[i];
      if (!part || !leads.has(input)) return;
      const sum = flows.get(input);
      flows.set(input, sum ? functions.add(sum, part) : part);
    });
  }
  return withRespectTo.map(
    (value) => flows.get(value) ?? functions.broadcastTo(functions.scalar(0), value.shape),
  );
}
