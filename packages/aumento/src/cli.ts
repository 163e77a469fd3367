import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, type CommandDef, renderUsage, runCommand } from "citty";
import { checkArguments } from "./arguments.ts";
import { inCommandWords } from "./command-words.ts";
import { exitCodeOf, exitCodes, InterruptedError, messageOf, UsageError } from "./errors.ts";
import { didYouMean } from "./nearest.ts";
import { packageVersion } from "./version.ts";

/** A command, or a group of such: `aumento gan train`. */
interface Entry {
  description: string;
  /** Commands load when they are asked for: a help page needs no training engine. */
  load?: () => Promise<CommandDef<ArgsDef>>;
  /** Commands under this one; a group that can also `load` does that where none of them is named. */
  commands?: Commands;
}

type Commands = { readonly [name: string]: Entry };

// citty's CommandDef is invariant in its arguments, so each command is widened here once.
const widen = (command: unknown) => command as CommandDef<ArgsDef>;

const commands: Commands = {
  sample: {
    description: "Draw a built-in data set into a folder",
    load: async () => widen((await import("./commands/sample.ts")).sampleCommand),
  },
  preview: {
    description: "Make a contact sheet of pictures under a pipeline",
    load: async () => widen((await import("./commands/preview.ts")).previewCommand),
  },
  apply: {
    description: "Apply a pipeline to a picture or a folder of pictures",
    load: async () => widen((await import("./commands/apply.ts")).applyCommand),
  },
  augment: {
    description: "Write variants of a folder's pictures, with a manifest; stops and goes on",
    load: async () => widen((await import("./commands/augment.ts")).augmentCommand),
  },
  compare: {
    description: "Train with and without augmentation, a backbone, generated pictures; say what helped",
    load: async () => widen((await import("./commands/compare.ts")).compareCommand),
  },
  train: {
    description: "Train a network on a folder of pictures",
    load: async () => widen((await import("./commands/train.ts")).trainCommand),
  },
  evaluate: {
    description: "Measure a saved model on a folder of pictures",
    load: async () => widen((await import("./commands/evaluate.ts")).evaluateCommand),
  },
  predict: {
    description: "Say what a saved model sees in pictures",
    load: async () => widen((await import("./commands/predict.ts")).predictCommand),
  },
  models: {
    description: "List pretrained networks for --backbone, and fetch them",
    load: async () => widen((await import("./commands/models.ts")).modelsCommand),
    commands: {
      pull: {
        description: "Fetch a pretrained network into the cache",
        load: async () => widen((await import("./commands/models.ts")).modelsPullCommand),
      },
    },
  },
  gan: {
    description: "Invent pictures: train a generator, sample it, fill classes with what it draws",
    commands: {
      train: {
        description: "Train a generator on the pictures of a folder",
        load: async () => widen((await import("./commands/gan-train.ts")).ganTrainCommand),
      },
      sample: {
        description: "Draw pictures with a trained generator",
        load: async () => widen((await import("./commands/gan-sample.ts")).ganSampleCommand),
      },
      augment: {
        description: "Fill the classes of a folder with generated pictures",
        load: async () => widen((await import("./commands/gan-augment.ts")).ganAugmentCommand),
      },
    },
  },
  demo: {
    description: "Draw the sample survival and compare no augmentation with a flip",
    load: async () => widen((await import("./commands/demo.ts")).demoCommand),
  },
};

/** Help pages are coloured on a terminal only. */
function printHelp(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? text : stripVTControlCharacters(text)}\n`);
}

async function renderGroup(name: string, description: string, entries: Commands): Promise<string> {
  const subCommands = Object.fromEntries(
    Object.entries(entries).map(([each, entry]) => [
      each,
      { meta: { name: each, description: entry.description } },
    ]),
  );
  return renderUsage({ meta: { name, version: packageVersion(), description }, subCommands });
}

async function printRootHelp(): Promise<void> {
  const description =
    "Image augmentation and training: say what may vary, train with and without, see whether it helped";
  const usage = await renderGroup("aumento", description, commands);
  printHelp(
    `${usage}\n\nExit codes: 0 done, 1 failed (or some pictures were left out), 2 not understood, 130 interrupted.\n` +
      "Set DEBUG=1 to see where an error came from.",
  );
}

const asksForHelp = (argument: string | undefined) => argument === "--help" || argument === "-h";

async function run(raw: readonly string[]): Promise<void> {
  const [name] = raw;
  if (name === undefined || asksForHelp(name) || name === "help") return printRootHelp();
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${packageVersion()}\n`);
    return;
  }
  if (name.startsWith("-")) throw new UsageError(`unknown option ${name}; see "aumento --help"`);
  return runAmong(commands, "aumento", raw);
}

/** Runs what the first argument names among these commands. `path` is how the user got here: "aumento gan". */
async function runAmong(entries: Commands, path: string, raw: readonly string[]): Promise<void> {
  const [name, ...rest] = raw;
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (!entry) {
    const hint = didYouMean(name, Object.keys(entries)) || `; known: ${Object.keys(entries).join(", ")}`;
    throw new UsageError(`unknown command "${`${path} ${name}`.slice("aumento ".length)}"${hint}`);
  }
  const { commands: group, load, description } = entry;
  const own = `${path} ${name}`;
  if (group) {
    const [next] = rest;
    if (asksForHelp(next) || (next === undefined && !load)) {
      printHelp(await renderGroup(own, description, group));
      return;
    }
    if (next !== undefined && (!load || !next.startsWith("-"))) return runAmong(group, own, rest);
  }
  if (load) return runOne(await load(), own, rest);
}

async function runOne(command: CommandDef<ArgsDef>, path: string, rest: readonly string[]): Promise<void> {
  if (rest.some(asksForHelp)) {
    // citty joins the parent's name and the command's own.
    const parent = path.slice(0, path.lastIndexOf(" "));
    printHelp(await renderUsage(command, { meta: { name: parent, version: packageVersion() } }));
    return;
  }
  const definitions = typeof command.args === "function" ? await command.args() : await command.args;
  checkArguments(path, rest, definitions ?? {});
  try {
    await runCommand(command, { rawArgs: [...rest] });
  } catch (error) {
    throw inCommandWords(error, definitions ?? {});
  }
}

function report(error: unknown): void {
  // citty's own complaints (a value outside an option's list) are about usage too.
  const fromCitty = error instanceof Error && error.name === "CLIError";
  const shown = error instanceof InterruptedError ? error.message : `error: ${messageOf(error)}`;
  process.stderr.write(`aumento: ${stripVTControlCharacters(shown)}\n`);
  if (process.env.DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(fromCitty ? exitCodes.usage : exitCodeOf(error));
}

// A reader that closes early (`aumento ... | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  throw error;
});

run(process.argv.slice(2)).catch(report);
