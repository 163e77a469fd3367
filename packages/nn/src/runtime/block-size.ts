import { toBinary } from "@bufbuild/protobuf";
import { GraphBuilder } from "../onnx/builder.ts";
import { ModelProtoSchema } from "../onnx/onnx.gen.ts";
import { loadRuntime, type OrtModule } from "./load.ts";
import { createSession } from "./session.ts";

const domain = "com.microsoft.nchwc";
/** More channels than any block. */
const channels = 64;

/** A graph that lays a tensor of 64 channels and two places in blocks, and runs the blocked convolution on it. */
function probe(): Uint8Array {
  const type = { shape: [1, channels, 1, 2], dtype: "float32" } as const;
  const builder = new GraphBuilder({ contributed: true });
  const x = builder.input("x", type);
  const blocked = builder.node("ReorderInput", [x], {}, domain);
  const weights = builder.constant(
    new Float32Array(channels * channels),
    [channels, channels, 1, 1],
    "float32",
  );
  const convolved = builder.node(
    "Conv",
    [blocked, weights],
    { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 },
    domain,
  );
  builder.output("laid", builder.node("Identity", [blocked]), type);
  builder.output("convolved", builder.node("Identity", [convolved]), type);
  return toBinary(ModelProtoSchema, builder.finish({}));
}

async function measure(): Promise<number | undefined> {
  try {
    const session = await createSession(probe(), { threads: 1, providers: ["cpu"] });
    const x = { data: Float32Array.from({ length: 2 * channels }, (_, i) => i), shape: [1, channels, 1, 2] };
    const { laid } = await session.run({ x });
    await session.close();
    // Channel 0 at the second place is the number 1; before it lie the block's channels at the first place.
    const block = Array.from(laid.data, Number).indexOf(1);
    return block > 1 && channels % block === 0 ? block : undefined;
  } catch {
    // The runtime has no blocked ops (onnxruntime-web): the plain layout works everywhere.
    return undefined;
  }
}

const known = new WeakMap<OrtModule, Promise<number | undefined>>();

/** How many channels a block of the runtime's own layout has on this machine, or undefined where it has none. */
export async function blockSize(): Promise<number | undefined> {
  const ort = await loadRuntime();
  if (!known.has(ort)) known.set(ort, measure());
  return known.get(ort);
}
