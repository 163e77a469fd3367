import { AumentoError, show } from "../errors.ts";
import type { PlanBuilder } from "../plan-builder.ts";
import type { PipelineNode } from "../transform.ts";

/** The place of a child in the pipeline. */
export function childPath(path: string, index: number, occurrence = 0): string {
  const own = path === "" ? `${index}` : `${path}.${index}`;
  return occurrence === 0 ? own : `${own}#${occurrence}`;
}

/** Throws unless the value is a list of transforms and compositions. */
export function assertNodes(nodes: readonly PipelineNode[], owner: string): void {
  if (!Array.isArray(nodes)) {
    throw new AumentoError(
      "invalid-parameter",
      `${owner}.transforms: expected a list of transforms, got ${show(nodes)}`,
    );
  }
  nodes.forEach((node: unknown, index) => {
    if (!isNode(node)) {
      const hint = typeof node === "function" ? "; call it: horizontalFlip() and not horizontalFlip" : "";
      throw new AumentoError(
        "invalid-parameter",
        `${owner}.transforms[${index}]: expected a transform or composition, got ${show(node)}${hint}`,
      );
    }
  });
}

function isNode(node: unknown): node is PipelineNode {
  const isHolder = (typeof node === "object" && node !== null) || typeof node === "function";
  return isHolder && "draw" in node && "skip" in node && "describe" in node;
}

/** Skips every child. */
export function skipAll(nodes: readonly PipelineNode[], builder: PlanBuilder, path: string): void {
  nodes.forEach((node, index) => {
    node.skip(builder, childPath(path, index));
  });
}

/** Applies every child, each by its own probability. */
export function drawAll(nodes: readonly PipelineNode[], builder: PlanBuilder, path: string): void {
  nodes.forEach((node, index) => {
    node.draw(builder, childPath(path, index), false);
  });
}
