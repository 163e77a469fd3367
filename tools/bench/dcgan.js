// Milliseconds of a full step (discriminator on real and generated pictures, then generator) of the 64 x 64 DCGAN,
// batch 64, and the peak memory: what ../shared/peers/torch_dcgan.py (beside the project) measures of PyTorch.
//
//   node tools/bench/dcgan.js [--steps N] [--python PYTHON [--peer SCRIPT] [--rounds N]]
//
// With --python the peer runs in turn with ours, each in a process of its own, and the ratios are printed.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { nn } from "aumento";
import { median } from "./course-network.js";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "10" },
    rounds: { type: "string", default: "2" },
    python: { type: "string" },
    peer: {
      type: "string",
      default: resolve(import.meta.dirname, "../../../shared/peers/torch_dcgan.py"),
    },
  },
});
const BATCH = 64;
const LATENT = 100;

/** The peer's networks. A (transposed) convolution from or to one pixel is a dense layer, and written as one. */
function peersNetworks() {
  const kernelInitializer = nn.randomNormal({ stddev: 0.02 });
  const given = { strides: 2, padding: "same", useBias: false, kernelInitializer };
  const normalized = (activation) => [nn.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }), activation];
  const relu = () => nn.activation("relu");
  const leaky = () => nn.leakyReLU({ negativeSlope: 0.2 });
  const generator = nn.sequential(
    [
      nn.dense(4 * 4 * 512, { useBias: false, kernelInitializer }),
      nn.reshape([4, 4, 512]),
      ...normalized(relu()),
      ...[256, 128, 64].flatMap((filters) => [nn.conv2dTranspose(filters, 4, given), ...normalized(relu())]),
      nn.conv2dTranspose(3, 4, given),
      nn.activation("tanh"),
    ],
    { inputShape: [LATENT] },
  );
  const discriminator = nn.sequential(
    [
      nn.conv2d(64, 4, given),
      leaky(),
      ...[128, 256, 512].flatMap((filters) => [nn.conv2d(filters, 4, given), ...normalized(leaky())]),
      nn.flatten(),
      nn.dense(1, { useBias: false, kernelInitializer }),
    ],
    { inputShape: [64, 64, 3], seed: 1 },
  );
  return { generator, discriminator };
}

async function ours() {
  const gan = nn.gan({ ...peersNetworks(), ema: 0 });
  const data = Uint8Array.from({ length: BATCH * 64 * 64 * 3 }, (_, i) => (i * 7919) % 256);
  const x = { data, shape: [BATCH, 64, 64, 3] };
  const times = [];
  const early = [];
  for (let i = 0; i < Number(options.steps); i++) {
    const start = performance.now();
    await gan.trainStep({ x });
    times.push(performance.now() - start);
    if (i === 2) early.push(process.memoryUsage.rss());
  }
  const megabytes = (bytes) => Math.round(bytes / 2 ** 20);
  console.log(
    `step ms [${times.map(Math.round).join(", ")}] median of last 7: ${Math.round(median(times.slice(-7)))} ` +
      `peak RSS MB ${Math.round(process.resourceUsage().maxRSS / 1024)} ` +
      `(resident after 3 steps ${megabytes(early[0])}, at the end ${megabytes(process.memoryUsage.rss())})`,
  );
}

/** Runs a program that prints such a line, and reads the two figures from it. */
function measured(name, command, args) {
  const { stdout, status } = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const found = /last 7: (\d+) peak RSS MB (\d+)/.exec(stdout ?? "");
  if (status !== 0 || !found) throw new Error(`${name} failed`);
  console.log(`${name}: ${stdout.trim()}`);
  return { ms: Number(found[1]), mb: Number(found[2]) };
}

if (!options.python) await ours();
else {
  const ratios = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const peer = measured("PyTorch", options.python, [options.peer]);
    const own = measured("aumento", process.execPath, [import.meta.filename, "--steps", options.steps]);
    ratios.push({ ms: own.ms / peer.ms, mb: own.mb / peer.mb });
  }
  console.log(
    `time ${ratios.map(({ ms }) => ms.toFixed(2)).join(", ")} x, memory ${ratios.map(({ mb }) => mb.toFixed(2)).join(", ")} x PyTorch's`,
  );
}
