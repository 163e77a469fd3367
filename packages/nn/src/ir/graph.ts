import type { Value } from "./value.ts";

/** Every value that the outputs depend on, each once and after its inputs; the order follows from the graph alone. */
export function ordered(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const stack: { value: Value; next: number }[] = [];
  for (const output of outputs) {
    if (!seen.has(output)) stack.push({ value: output, next: 0 });
    seen.add(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next === top.value.inputs.length) {
        order.push(top.value);
        stack.pop();
        continue;
      }
      const input = top.value.inputs[top.next++];
      if (seen.has(input)) continue;
      seen.add(input);
      stack.push({ value: input, next: 0 });
    }
  }
  return order;
}
