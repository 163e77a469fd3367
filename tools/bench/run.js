// npm run bench: our benchmarks, and beside each, in the same run, the Python peer that does the same work.
//
//   npm run bench -- [--data FOLDER] [--peers FOLDER --python PYTHON] [--only core,loader,step,features,dcgan,epoch]
//
// FOLDER holds class folders of pictures (for example the flower photos); `--peers` is the folder of the peers'
// scripts and PYTHON an interpreter that has albumentations, tensorflow-cpu and torch. Absolute figures drift from
// machine to machine and from minute to minute: quote ratios of one run.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const here = import.meta.dirname;
const shared = resolve(here, "../../../shared");
const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(shared, "data/flowers") },
    photos: { type: "string", default: join(shared, "data/dogs10") },
    peers: { type: "string", default: join(shared, "peers") },
    python: { type: "string" },
    only: { type: "string" },
  },
});

const hasData = existsSync(values.data);
const benchmarks = [
  {
    name: "core",
    title: "transforms and pipelines, 512x512x3 uint8, one thread, pictures a second",
    ours: ["core.js", ...(existsSync(values.photos) ? [values.photos] : [])],
    peers: existsSync(values.photos) ? [["albumentations_bench.py", values.photos]] : [],
  },
  {
    name: "loader",
    title: "loader alone, 224x224, batches of 32, pictures a second",
    ours: hasData ? ["loader.js", values.data] : undefined,
    peers: [["keras_seed_cnn.py", values.data, "0"]],
  },
  {
    name: "step",
    title: "training step of the course's network, batch 32 at 224x224, milliseconds and peak memory",
    ours: ["step.js"],
    peers: [["keras_seed_cnn.py"], ["torch_seed_cnn.py", "2"]],
  },
  {
    name: "features",
    title:
      "features of EfficientNet-Lite0 and a training step on them, batch 32 at 224x224, pictures a second",
    ours: ["features.js", ...(values.python ? ["--python", values.python] : [])],
    peers: [],
  },
  {
    name: "dcgan",
    title: "step of the 64x64 DCGAN, batch 64, milliseconds and peak memory",
    ours: ["dcgan.js"],
    peers: [["torch_dcgan.py"]],
  },
  {
    name: "epoch",
    title: "an epoch with and without the course's augmentation, seconds",
    ours: hasData ? ["epoch.js", values.data] : undefined,
    peers: [],
  },
  {
    name: "augment",
    title: "offline augmentation, JPEG in and out, pictures a second (the peer in turn, in the same run)",
    ours: hasData
      ? ["augment.js", values.data, ...(values.python ? ["--python", values.python] : [])]
      : undefined,
    peers: [],
  },
];

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.error(`cannot run ${command}: ${error.message}`);
  else if (status !== 0) console.error(`${[command, ...args].join(" ")} ended with code ${status}`);
  if (status !== 0) process.exitCode = 1;
}

const only = values.only?.split(",");
for (const { name, title, ours, peers } of benchmarks) {
  if (only && !only.includes(name)) continue;
  console.log(`\n== ${name}: ${title}`);
  if (!ours) {
    console.log(`skipped: no pictures at ${values.data} (--data FOLDER)`);
    continue;
  }
  console.log("-- aumento");
  run(process.execPath, [join(here, ours[0]), ...ours.slice(1)]);
  if (!values.python) continue;
  for (const [script, ...args] of peers) {
    console.log(`-- ${script}`);
    run(values.python, [join(values.peers, script), ...args]);
  }
}
if (!values.python) console.log("\npeers not run: give --python PYTHON to time them beside ours");
