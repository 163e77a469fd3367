import { defineCommand } from "citty";
import { count } from "../format.ts";
import { withInterrupt } from "../interrupt.ts";
import { cachedModels, modelFolder } from "../models/cache.ts";
import { knownModel, knownModels } from "../models/catalogue.ts";
import { pull } from "../models/pull.ts";
import { createProgress } from "../progress.ts";
import { textTable } from "./text-table.ts";

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** What to do about a model that cannot be used as it is. */
const lacking = (model: string, lacks: string) =>
  `It cannot be used as it is: ${lacks}. If a JSON can tell that: aumento models pull ${model} --overwrite --preprocessing FILE`;

export const modelsCommand = defineCommand({
  meta: { name: "models", description: "List pretrained networks that are known, and those in the cache" },
  args: { json: { type: "boolean", description: "Print everything as JSON" } },
  async run({ args }) {
    const cached = await cachedModels();
    if (args.json) {
      const models = knownModels.map((model) => ({ ...model, cached: cached.includes(model.name) }));
      const others = cached.filter((name) => !knownModel(name));
      say(JSON.stringify({ folder: modelFolder(), models, others }, undefined, 1));
      return;
    }
    const rows = knownModels.map(({ name, bytes, tried }) => [
      name,
      megabytes(bytes),
      cached.includes(name) ? "yes" : "no",
      tried ? "yes" : "no",
    ]);
    say(textTable([["model", "size", "in the cache", "tried with aumento"], ...rows]));
    for (const { name, description, source, licence, url, howToGet } of knownModels) {
      say(`\n${name}: ${description}`);
      say(`  from:    ${source}`);
      say(`  licence: ${licence}`);
      if (!cached.includes(name))
        say(`  get it:  ${url ? `aumento models pull ${name} (${url})` : howToGet}`);
    }
    const others = cached.filter((name) => !knownModel(name));
    say(`\nCache: ${modelFolder()}${others.length > 0 ? `, which also holds ${others.join(", ")}` : ""}`);
    say("Use one: aumento compare DIR --backbone NAME, or with any .onnx file: --backbone FILE");
  },
});

export const modelsPullCommand = defineCommand({
  meta: { name: "pull", description: "Fetch a pretrained network into the cache" },
  args: {
    model: {
      type: "positional",
      required: true,
      description: "A known model's name, or an address (https://...onnx)",
    },
    from: { type: "string", description: "For a known name: fetch from this address or file instead" },
    sha256: { type: "string", description: "What the file's SHA-256 must be (known models have theirs)" },
    preprocessing: {
      type: "string",
      description: "JSON that says how the model's pictures are prepared; kept beside it",
    },
    overwrite: { type: "boolean", description: "Replace a model of that name in the cache" },
  },
  async run({ args }) {
    let progress: ReturnType<typeof createProgress> | undefined;
    const tenths = (bytes: number) => Math.round(bytes / 1e5) / 10;
    const start = performance.now();
    try {
      const outcome = await withInterrupt((signal) =>
        pull({
          model: args.model,
          from: args.from,
          sha256: args.sha256,
          preprocessing: args.preprocessing,
          overwrite: args.overwrite,
          signal,
          onStart({ name, from, to, bytes, done }) {
            const size = bytes === null ? "of a size the server does not say" : megabytes(bytes);
            say(`Fetching ${name}, ${size}`);
            say(`  from ${from}`);
            say(`  to   ${to}`);
            if (done > 0) say(`  going on after ${megabytes(done)} of an earlier time`);
            progress = createProgress({ label: "fetching", total: tenths(bytes ?? 0), unit: "MB" });
          },
          onProgress: (done) => progress?.update(tenths(done)),
        }),
      );
      progress?.finish();
      const seconds = Math.max(1, Math.round((performance.now() - start) / 1000));
      if (outcome.present) say(`${outcome.name} is in the cache already: ${outcome.path}`);
      else say(`Done in ${count(seconds, "second")}: ${outcome.path}`);
      say(
        outcome.checked
          ? `sha256 ${outcome.sha256}, as expected`
          : `sha256 ${outcome.sha256}, not checked: give --sha256 to have it checked`,
      );
      if (outcome.removed)
        say(`Removed ${outcome.removed}: it said how the earlier model's pictures are prepared`);
      if (outcome.lacks === null) say(`Use it: aumento compare DIR --backbone ${outcome.name}`);
      else say(lacking(args.model, outcome.lacks));
    } finally {
      progress?.finish();
    }
  },
});
