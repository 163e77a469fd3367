import { networkWords } from "../experiment/arms.ts";
import type { Result } from "../experiment/result.ts";
import { count, percent, shellQuote } from "../format.ts";
import { html, type Markup } from "./html.ts";

/** Long networks are named by their first and last layers. */
const listedLayers = 24;

function layerList(layers: readonly string[]): string {
  if (layers.length <= listedLayers) return layers.join(" → ");
  const half = listedLayers / 4;
  return `${layers.slice(0, half).join(" → ")} → … (${layers.length - 2 * half} more) … → ${layers.slice(-half).join(" → ")}`;
}

/** The rule of the verdict and what was kept equal, in words that match what the code does. */
export function howDecided(result: Result): Markup {
  const { settings, data, arms } = result;
  const limits = [...new Set(arms.map(({ epochs }) => epochs))];
  const kept = html`<p>Each training ran for up to ${limits.length === 1 ? count(limits[0], "epoch") : `${limits.join(" or ")} epochs (the table says which)`} and stopped early when the validation loss had not fallen for ${settings.patience}. The model of the epoch with the highest validation accuracy was kept, and that model was measured. Validation${data.pictures.test > 0 ? " and test pictures were" : " pictures were"} never augmented.</p>`;
  const learntBefore = arms.some(({ network }) => network.kind === "backbone")
    ? html`<p>A backbone brings along what it learnt from other pictures. Where pictures of this folder were among those, its figures flatter it: they are then no measure of pictures it has never seen.</p>`
    : html``;
  if (result.kind === "train") return html`${kept}${learntBefore}`;
  const decides = result.comparisons.find((comparison) => comparison.decides);
  const equal =
    arms.length === 2 && (result.comparisons[0]?.factor ?? "augment") === "augment"
      ? "Both networks had the same pictures to learn from, the same starting weights and the same order of pictures; augmentation is the only difference."
      : `All networks had the same ${settings.gan ? "real " : ""}pictures to learn from${settings.gan ? "" : ", in the same order"}, and networks of a kind the same starting weights. Two of them are compared where they differ in one thing: augmentation, the kind of network, or generated pictures among the training pictures.${settings.gan ? " These make an epoch longer: the networks that have them also take more steps." : ""}`;
  return html`<p>${equal}</p>
${kept}${learntBefore}
<p>A difference counts as clear when zero lies outside its 95 % interval. That interval covers two kinds of chance. Over the <strong>pictures</strong>: each picture is classified by both networks, and only the pictures on which they disagree tell them apart (paired proportions, Bonett and Price 2012; averaged over the starts where there are several). Over the <strong>starts</strong>: the differences of the starts with Student's t. With two or more starts the wider reach of both is taken${settings.seeds > 1 ? html`, as here with ${settings.seeds} starts` : html`; <strong>with one start, as here, what another start would give is not covered</strong>: <code>--seeds 3</code> or more measures that`}.</p>
<p>${
    decides?.subset === "test"
      ? "The headline speaks of the test pictures, which played no part in choosing the models."
      : `The headline speaks of the validation pictures. They also chose which epoch's model was kept, which flatters ${arms.length === 2 ? "both" : "all"} networks alike; a test/ folder beside train/ and validation/ gives a figure free of that.`
  }</p>`;
}

export function repeatCommand(result: Result): Markup {
  return html`<pre>${result.command.map(shellQuote).join(" ")}</pre>`;
}

/** On which pretrained network the transfer arms stand, and how they were trained. */
function backboneRows({ settings }: Result): [string, string][] {
  const { transfer } = settings;
  if (!transfer) return [];
  const { backbone, sha256, cut, size, epochs, unfreeze } = transfer;
  const head = `one dense layer; Adam from ${transfer.learningRate} down to 0, up to ${count(epochs, "epoch")}`;
  return [
    ["Backbone", `${backbone}, cut at ${cut}, pictures ${size[1]} × ${size[0]}; sha256 ${sha256}`],
    ["New head", head],
    [
      "Backbone trained",
      unfreeze === null
        ? "not at all: its weights are as they came"
        : `from ${unfreeze} on, after the head: up to ${count(transfer.unfrozenEpochs, "epoch")}, Adam from ${transfer.unfrozenLearningRate} down to 0`,
    ],
  ];
}

/** Where the generated pictures came from, and how many there were. */
function generatedRow({ settings, data, arms }: Result): [string, string][] {
  const counts = arms.find(({ synthetic }) => synthetic !== null)?.synthetic;
  if (!settings.gan || !counts) return [];
  const { model, steps, size } = settings.gan;
  const origin =
    model ??
    `a GAN trained for ${count(steps ?? 0, "step")} at ${size} × ${size} on the training pictures alone`;
  const numbers = data.classNames.map((name, index) => `${name} (${counts[index]})`).join(", ");
  return [["Generated pictures", `${numbers}; by ${origin}. Near copies of training pictures were left out`]];
}

export function settingsList(result: Result): Markup {
  const { settings, data } = result;
  const networks = result.arms.map(({ network }) => network);
  const distinct = networks.filter(
    ({ kind }, place) => networks.findIndex((one) => one.kind === kind) === place,
  );
  const rows: [string, string | Markup][] = [
    ["Pictures", settings.folder],
    [
      "Split",
      data.layout === "folders"
        ? "the folder's own train, validation and test sub-folders"
        : `${percent(settings.validationSplit)} for validation, drawn with seed ${settings.seed}`,
    ],
    [
      "Classes",
      data.classNames.map((name, index) => `${name} (${data.perClass.training[index]})`).join(", "),
    ],
    ...(networks.some(({ kind }) => kind === "plain")
      ? [["Picture size", `${settings.imageSize} × ${settings.imageSize}`] satisfies [string, string]]
      : []),
    ...distinct.flatMap((network): [string, string | Markup][] => {
      const word = distinct.length > 1 ? `, ${networkWords[network.kind].title}` : "";
      return [
        [`Network${word}`, `${network.name}, ${count(network.parameters, "weight")}`],
        [`Layers${word}`, layerList(network.layers)],
      ];
    }),
    ...backboneRows(result),
    ...generatedRow(result),
    ["Optimizer and loss", `${settings.optimizer}, ${settings.loss}`],
    ["Batch", String(settings.batchSize)],
    [
      "Starts",
      settings.seeds === 1
        ? `seed ${settings.seed}`
        : `seeds ${settings.seed} to ${settings.seed + settings.seeds - 1}`,
    ],
  ];
  if (data.broken.length > 0) {
    rows.push([
      "Left out",
      html`${count(data.broken.length, "file")} that could not be decoded: ${data.broken.map((file) => file.file).join(", ")}`,
    ]);
  }
  const pipeline = settings.pipeline
    ? html`<details><summary>The augmentation, ${settings.pipeline.name}, as JSON</summary><pre>${JSON.stringify(settings.pipeline.definition, null, 1)}</pre></details>`
    : "";
  return html`<dl>${rows.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>${pipeline}`;
}
