import type * as Runtime from "onnxruntime-common";
import { AumentoError } from "../errors.ts";

/** ONNX Runtime, whichever package it comes from: both export what onnxruntime-common declares. */
export type OrtModule = Pick<typeof Runtime, "InferenceSession" | "Tensor">;

let chosen: Promise<OrtModule> | undefined;

/**
 * Makes all sessions from now on run on this module, for instance `import * as ort from "onnxruntime-web/webgpu"`: for
 * programs whose bundler cannot find an optional package by itself.
 */
export function useRuntime(ort: unknown): void {
  const module = ort as (Partial<OrtModule> & { default?: OrtModule }) | undefined;
  const found = module?.InferenceSession ? module : module?.default;
  if (!found?.InferenceSession || !found.Tensor) {
    throw new AumentoError(
      "argument",
      "useRuntime: expected the module onnxruntime-node or onnxruntime-web.",
    );
  }
  chosen = Promise.resolve(found as OrtModule);
}

async function find(): Promise<OrtModule> {
  const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  // Its native builds (1.30) report to Microsoft and keep an identifier in the user's cache unless they are told not to,
  // before they are loaded. Who sets the variable decides.
  if (inNode) process.env.ORT_DISABLE_TELEMETRY ??= "1";
  const reasons: unknown[] = [];
  for (const name of inNode ? ["onnxruntime-node", "onnxruntime-web"] : ["onnxruntime-web"]) {
    try {
      // The name is a variable so that neither bundlers nor the compiler ask for a package that is optional.
      const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
      return module.InferenceSession ? module : module.default;
    } catch (reason) {
      reasons.push(reason);
    }
  }
  const advice = inNode
    ? 'install "onnxruntime-node" (npm install onnxruntime-node)'
    : 'install "onnxruntime-web" and hand it over with useRuntime(ort)';
  throw new AumentoError("runtime", `ONNX Runtime was not found: ${advice}.`, { cause: reasons[0] });
}

/** The runtime in use: the one given to `useRuntime`, else the installed onnxruntime-node or onnxruntime-web. */
export function loadRuntime(): Promise<OrtModule> {
  chosen ??= find().catch((reason) => {
    chosen = undefined;
    throw reason;
  });
  return chosen;
}
