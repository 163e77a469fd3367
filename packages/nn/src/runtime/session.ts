import type { InferenceSession, Tensor } from "onnxruntime-common";
import { AumentoError } from "../errors.ts";
import { type DataType, type Shape, sizeOf, type TensorData } from "../ir/value.ts";
import { writesInPlace } from "./in-place.ts";
import { loadRuntime, type OrtModule } from "./load.ts";

/** A tensor at a session's border: elements, row-major, and shape. `bool` tensors are bytes with `dtype` given. */
export interface SessionTensor {
  readonly data: TensorData;
  readonly shape: Shape;
  readonly dtype?: DataType;
}

export interface SessionOptions {
  /** Threads that one op may use; the runtime's default is one for each core. */
  readonly threads?: number;
  /** Execution providers in order of preference, as ONNX Runtime names them ("cpu", "cuda", "webgpu", "wasm"). */
  readonly providers?: readonly string[];
  /**
   * Lays out the memory of a whole run at once, as the first run used it (default true): faster runs, but the memory of
   * the first one stays beside it. For graphs that run seldom, false keeps only what is needed.
   */
  readonly memoryPattern?: boolean;
  /** Writes a profile of every node to files of this prefix, ended by `close` (onnxruntime-node). */
  readonly profile?: string;
  /**
   * True where weights of convolutions are stored in the graph: the runtime then lays them in its own blocks, which is
   * more than twice as fast, at its level "all". Without stored weights that level makes training graphs slower.
   */
  readonly storedWeights?: boolean;
}

function typeOf({ data, dtype }: SessionTensor): DataType {
  if (dtype) return dtype;
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "uint8";
}

/** A compiled graph that can be run again and again. Made by `createSession`. */
export class Session {
  readonly #ort: OrtModule;
  readonly #session: InferenceSession;
  readonly #profiled: boolean;
  /** Names of the graph's inputs. */
  readonly inputNames: readonly string[];
  /** Names of the graph's outputs. */
  readonly outputNames: readonly string[];

  constructor(ort: unknown, session: unknown, profiled: boolean) {
    this.#ort = ort as OrtModule;
    this.#session = session as InferenceSession;
    this.#profiled = profiled;
    this.inputNames = this.#session.inputNames;
    this.outputNames = this.#session.outputNames;
  }

  #tensor(name: string, tensor: SessionTensor): Tensor {
    if (tensor.data.length !== sizeOf(tensor.shape)) {
      throw new AumentoError(
        "shape",
        `run: tensor "${name}" of shape [${tensor.shape.join(", ")}] has ${tensor.data.length} elements.`,
      );
    }
    return new this.#ort.Tensor(typeOf(tensor), tensor.data as Float32Array, tensor.shape);
  }

  /**
   * Runs the graph. `feeds` has every input, by name; nothing is copied in onnxruntime-node. `fetches` names the
   * outputs wanted (default: all): a tensor there is memory that the output is written into, null asks for a fresh one.
   * A run that fails throws and leaves the session usable.
   */
  async run(
    feeds: Readonly<Record<string, SessionTensor>>,
    fetches?: Readonly<Record<string, SessionTensor | null>>,
  ): Promise<Record<string, SessionTensor>> {
    const missing = this.inputNames.filter((name) => !(name in feeds));
    if (missing.length > 0) {
      throw new AumentoError(
        "argument",
        `run: expected inputs ${this.inputNames.join(", ")}; missing ${missing.join(", ")}.`,
      );
    }
    const fed = Object.fromEntries(this.inputNames.map((name) => [name, this.#tensor(name, feeds[name])]));
    const inPlace = fetches === undefined || (await writesInPlace(this.#ort));
    const wanted: Record<string, Tensor | null> = {};
    for (const [name, tensor] of Object.entries(fetches ?? {})) {
      if (!this.outputNames.includes(name)) {
        throw new AumentoError(
          "argument",
          `run: no output "${name}"; there are ${this.outputNames.join(", ")}.`,
        );
      }
      wanted[name] = tensor && inPlace ? this.#tensor(name, tensor) : null;
    }
    let results: Awaited<ReturnType<InferenceSession["run"]>>;
    try {
      results = fetches ? await this.#session.run(fed, wanted) : await this.#session.run(fed);
    } catch (cause) {
      throw new AumentoError("runtime", `run: ONNX Runtime refused: ${messageOf(cause)}`, { cause });
    }
    const outputs: Record<string, SessionTensor> = {};
    for (const [name, tensor] of Object.entries(results)) {
      const given = fetches?.[name];
      // Both are of the type that the graph declares for this output.
      if (given && !inPlace) (given.data as Uint8Array).set(tensor.data as Uint8Array);
      outputs[name] = given ?? {
        data: tensor.data as TensorData,
        shape: tensor.dims,
        dtype: tensor.type as DataType,
      };
    }
    return outputs;
  }

  /** Frees the runtime's memory; the session cannot run any more. */
  async close(): Promise<void> {
    if (this.#profiled) this.#session.endProfiling();
    await this.#session.release();
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Prepares an ONNX model for running. Throws with the code "runtime" where ONNX Runtime refuses it. */
export async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const ort = await loadRuntime();
  try {
    const session = await ort.InferenceSession.create(model, {
      // Measured: "extended" is faster than "all" on training graphs, parallel execution twice as slow, and the memory
      // arena with its pattern is worth 40 %.
      graphOptimizationLevel: options.storedWeights ? "all" : "extended",
      executionMode: "sequential",
      enableCpuMemArena: true,
      enableMemPattern: options.memoryPattern ?? true,
      logSeverityLevel: 3,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      ...(options.providers === undefined ? {} : { executionProviders: [...options.providers] }),
      ...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
    });
    return new Session(ort, session, options.profile !== undefined);
  } catch (cause) {
    throw new AumentoError("runtime", `createSession: ONNX Runtime refused the model: ${messageOf(cause)}`, {
      cause,
    });
  }
}
