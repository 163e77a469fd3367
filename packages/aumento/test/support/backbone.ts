import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as nn from "@aumento/nn";

/** A protobuf message without one of its fields (of the wire types that ONNX models use at their top). */
function withoutField(bytes: Uint8Array, field: number): Uint8Array {
  const kept: number[] = [];
  const varint = (at: number): [value: number, next: number] => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return [value, at];
    }
  };
  for (let at = 0; at < bytes.length; ) {
    const [tag, content] = varint(at);
    const [value, next] = varint(content);
    const end = (tag & 7) === 2 ? next + value : next;
    if (tag >> 3 !== field) kept.push(...bytes.subarray(at, end));
    at = end;
  }
  return Uint8Array.from(kept);
}

const metadataField = 14;

/** What the JSON beside a backbone says. */
export const input = (size: number) => ({
  size: [size, size],
  mean: [128, 128, 128],
  std: [64, 64, 64],
  range: [0, 255],
  layout: "NHWC",
});

/** A small network as others would export it: no word of ours in it, its preprocessing in a JSON beside it. */
export async function writeBackbone(
  path: string,
  { size, channels = 3, vectors = false }: { size: number; channels?: number; vectors?: boolean },
): Promise<void> {
  const model = vectors
    ? nn.sequential([nn.dense(4), nn.dense(2)], { inputShape: [size] })
    : pictureNetwork(size, channels);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, withoutField(model.toBytes().model, metadataField));
  const told = vectors || channels !== 3 ? {} : { input: input(size) };
  await writeFile(path.replace(/\.onnx$/, ".json"), JSON.stringify(told));
}

function pictureNetwork(size: number, channels: number): nn.Model {
  return nn.sequential(
    [
      nn.conv2d(6, 3, { activation: "relu", name: "first" }),
      nn.maxPooling2d(),
      nn.conv2d(8, 3, { activation: "relu", name: "second" }),
      nn.globalAveragePooling2d({ name: "pooled" }),
      nn.dense(5, { name: "classifier" }),
    ],
    { inputShape: [size, size, channels], seed: 1 },
  );
}
