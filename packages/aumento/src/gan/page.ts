import { createHash } from "node:crypto";
import { join } from "node:path";
import sharp from "sharp";
import { count, duration, percent, shellQuote } from "../format.ts";
import { html, type Markup, raw } from "../report/html.ts";
import { style } from "../report/style.ts";
import { ganCurves } from "./curves.ts";
import type { GanResult } from "./result.ts";

/** More grids than this do not help the eye and make the page heavy: they are thinned evenly, ends kept. */
const shownGrids = 40;
const tableRows = 60;

const ganStyle = `
:root{--generator:#0b62c4;--discriminator:#b8500a}
@media (prefers-color-scheme:dark){:root{--generator:#74b4ff;--discriminator:#f0a35c}}
.grids img{display:block;width:100%;max-width:38rem;image-rendering:pixelated;border-radius:6px}
.grids img[hidden]{display:none}
.grids label{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center;margin:.2rem 0 .8rem}
.grids input{flex:1 1 16rem;max-width:26rem;accent-color:var(--generator)}
.grids output{font-weight:650;min-width:7rem}
`;

/** Shows the grid that the slider stands at. Without scripts the last one is shown. */
const script = `const slider=document.querySelector("#step");
const pictures=[...document.querySelectorAll(".grids img")];
const show=()=>{pictures.forEach((picture,place)=>{picture.hidden=place!==slider.valueAsNumber});
document.querySelector(".grids output").value="step "+pictures[slider.valueAsNumber].dataset.step};
document.querySelector(".grids label").hidden=false;
slider.addEventListener("input",show);show();`;

const scriptHash = createHash("sha256").update(script).digest("base64");

/** At most `most` of the items, spread evenly, the first and the last among them. */
export function thinned<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from(
    { length: most },
    (_, place) => items[Math.round((place * (items.length - 1)) / (most - 1))],
  );
}

async function gridPicture(path: string): Promise<string | null> {
  try {
    const jpeg = await sharp(path).jpeg({ quality: 84, mozjpeg: true }).toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
  } catch {
    // Moved or deleted since: the report does without.
    return null;
  }
}

async function gridSection(result: GanResult, folder: string): Promise<Markup> {
  const grids: { step: number; source: string }[] = [];
  for (const { step, path } of thinned(result.grids, shownGrids)) {
    const source = await gridPicture(join(folder, path));
    if (source) grids.push({ step, source });
  }
  if (grids.length === 0) return html``;
  const rows = result.settings.conditional ? ` One row a class: ${result.data.classNames.join(", ")}.` : "";
  return html`<section class="grids" aria-labelledby="grids"><h2 id="grids">What it draws</h2>
<p class="quiet">The same latent vectors at every step, drawn by the moving average of the generator's weights.${rows}</p>
<label hidden>Training <input id="step" type="range" min="0" max="${grids.length - 1}" value="${grids.length - 1}" aria-label="Step of the training"> <output></output></label>
${grids.map(
  ({ step, source }, place) =>
    html`<img src="${source}" alt="Samples after ${count(step, "step")}" data-step="${step.toLocaleString("en-US")}" ${place === grids.length - 1 ? "" : raw("hidden")}>`,
)}</section>`;
}

function pointTable({ history }: GanResult): Markup {
  if (history.length === 0) return html``;
  const shown = thinned(history, tableRows);
  const rows = shown.map(
    (point) =>
      html`<tr><th scope="row">${point.step.toLocaleString("en-US")}</th><td>${point.discriminatorLoss.toFixed(3)}</td><td>${point.generatorLoss.toFixed(3)}</td><td>${point.real.toFixed(3)}</td><td>${point.generated.toFixed(3)}</td></tr>`,
  );
  return html`<details><summary>The numbers${shown.length < history.length ? ", some of them" : ""}</summary><div class="scroll" tabindex="0" role="region" aria-label="table of steps"><table class="numbers"><thead><tr><th scope="col">Step</th><th scope="col">Discriminator loss</th><th scope="col">Generator loss</th><th scope="col">D(real)</th><th scope="col">D(generated)</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function settingsSection(result: GanResult): Markup {
  const { settings, data, networks, command } = result;
  const learned = data.classNames.map((name, label) => `${name} (${data.perClass[label]})`).join(", ");
  const rows: [string, string][] = [
    ["Pictures", `${settings.folder}: ${count(data.pictures, "picture")}${learned ? `, ${learned}` : ""}`],
    [
      "Held back",
      data.heldBack === 0
        ? "none"
        : data.layout === "folders"
          ? `${count(data.heldBack, "picture")}, the folder's own validation and test sub-folders`
          : `${count(data.heldBack, "picture")}: ${percent(settings.validationSplit)}, drawn with seed ${settings.seed}`,
    ],
    ["Varied by", settings.pipeline.name === "none" ? "nothing" : settings.pipeline.name],
    ["Differentiable augmentation", settings.diffAugment.join(", ") || "none"],
    ["Told the class", settings.conditional ? "yes" : "no"],
    [
      "Generator",
      `${count(networks.generator.parameters, "weight")}: ${networks.generator.layers.join("; ")}`,
    ],
    [
      "Discriminator",
      `${count(networks.discriminator.parameters, "weight")}: ${networks.discriminator.layers.join("; ")}`,
    ],
    [
      "Loss",
      `${settings.loss}${settings.labelSmoothing > 0 ? `, labels smoothed by ${settings.labelSmoothing}` : ""}`,
    ],
    ["Discriminator steps for each of the generator", String(settings.discriminatorSteps)],
    [
      "Learning rates",
      `generator ${settings.generatorLearningRate}, discriminator ${settings.discriminatorLearningRate}`,
    ],
    ["Normalization, upsampling", `${settings.normalization}, ${settings.upsampling}`],
    ["Batch, seed", `${settings.batchSize}, ${settings.seed}`],
    ["Time", duration(result.seconds)],
  ];
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings, and how to repeat it</h2><pre>${command.map(shellQuote).join(" ")}</pre><dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}

/** The report of a GAN's training as one HTML page without requests; `folder` is where its grids lie. */
export async function ganReportPage(result: GanResult, folder: string): Promise<string> {
  const [headline, ...rest] = result.answer;
  const grids = await gridSection(result, folder);
  const { environment } = result;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${raw(scriptHash)}'">
<title>${headline}</title><style>${raw(style)}${raw(ganStyle)}</style></head><body>
<header><p class="eyebrow">aumento gan train · ${result.settings.folder} · ${result.updatedAt.slice(0, 10)}</p>
<h1>${headline}</h1>
${rest.map((paragraph) => html`<p class="lead">${paragraph}</p>`)}
${result.status === "stopped" ? html`<p class="notice">This training was stopped before its end. The same command with --resume goes on.</p>` : ""}
</header><main>
${grids}
<section aria-labelledby="curves"><h2 id="curves">How the training went</h2>${ganCurves(result)}${pointTable(result)}</section>
${settingsSection(result)}
</main>
<footer><p>Made by aumento ${environment.aumento} on Node ${environment.node}, ${environment.platform}, ${count(environment.processors, "processor")}. The same figures for programs: gan.json beside this file.</p></footer>
${grids.markup === "" ? "" : html`<script>${raw(script)}</script>`}
</body></html>
`;
  return page.markup;
}
