import type { Arm, Comparison, Result, Run } from "../experiment/result.ts";
import { mean } from "../experiment/statistics.ts";
import { count, duration, percent, pointInterval, points } from "../format.ts";
import { confusion } from "./confusion.ts";
import { learningCurves } from "./curves.ts";
import { html, type Markup, raw } from "./html.ts";
import { howDecided, repeatCommand, settingsList } from "./method.ts";
import { mistakes, seenPictures } from "./pictures.ts";
import { style } from "./style.ts";

/** How each factor stands in "better with ...". */
const factorWords: Record<Comparison["factor"], string> = {
  augment: "augmentation",
  network: "transfer",
  synthetic: "generated pictures",
};

function bar(arm: Arm, value: number): Markup {
  return html`<div class="bar"><span>${arm.title}</span><span class="track"><span class="fill" style="width:${(value * 100).toFixed(2)}%;background:var(--arm-${arm.name})"></span></span><span class="value">${percent(value)}</span></div>`;
}

/** The difference as a dot and its interval as a band on a scale of −reach..+reach with zero in the middle. */
function intervalStrip(comparison: Comparison, reach: number): Markup {
  const place = (value: number) => `${(50 + (value / reach) * 50).toFixed(2)}%`;
  const [low, high] = comparison.interval;
  return html`<div class="strip" role="img" aria-label="difference ${points(comparison.difference)} points, interval ${pointInterval(comparison.interval)}"><span class="band ${comparison.verdict.replaceAll(" ", "-")}" style="left:${place(low)};right:calc(100% - ${place(high)})"></span><span class="zero"></span><span class="dot" style="left:${place(comparison.difference)}"></span></div>`;
}

function bars(result: Result, comparisons: readonly Comparison[]): Markup {
  // An arm's figure is the same in each of its comparisons, but for starts that only one of two arms came to the end of.
  const value = ({ name }: Arm) => {
    const found = comparisons.find(({ arm, baseline }) => arm === name || baseline === name);
    return found && (found.arm === name ? found.armAccuracy : found.baselineAccuracy);
  };
  return html`${result.arms.map((arm) => {
    const accuracy = value(arm);
    return accuracy === undefined ? "" : bar(arm, accuracy);
  })}`;
}

function chip({ verdict, factor }: Comparison): Markup {
  const words = verdict === "no clear difference" ? verdict : `${verdict} with ${factorWords[factor]}`;
  return html`<span class="chip ${verdict.replaceAll(" ", "-")}">${words}</span>`;
}

function differenceRow(comparison: Comparison, label: Markup | string, reach: number): Markup {
  return html`<div class="bar difference"><span>${label}</span>${intervalStrip(comparison, reach)}<span class="value">${points(comparison.difference)}</span></div>`;
}

const intervalNote = (comparison: Comparison) =>
  `95 % interval of the difference: ${pointInterval(comparison.interval)} points; ${count(comparison.pictures, "picture")}, ${count(comparison.perStart.length, "start")}.`;

/** What was measured on one subset or group: each arm, and each two arms that differ in one thing. */
function measureBlock(result: Result, comparisons: readonly Comparison[], reach: number): Markup {
  const [first] = comparisons;
  const name = `${first.measure[0].toUpperCase()}${first.measure.slice(1)}`;
  if (result.arms.length === 2) {
    return html`<div class="measure">
<h3><span>${name}</span> ${chip(first)}</h3>
${bars(result, comparisons)}
${differenceRow(first, "difference", reach)}
<p class="quiet small-print">${intervalNote(first)}</p></div>`;
  }
  const title = (arm: string) => result.arms.find((one) => one.name === arm)?.title ?? arm;
  return html`<div class="measure">
<h3><span>${name}</span></h3>
${bars(result, comparisons)}
<h4>Differences, with their 95 % intervals</h4>
${comparisons.map(
  (
    comparison,
  ) => html`<div class="pair"><p><b>${title(comparison.arm)}</b> against ${title(comparison.baseline)} ${chip(comparison)}</p>
${differenceRow(comparison, html`<span class="quiet small-print">${pointInterval(comparison.interval)} points</span>`, reach)}</div>`,
)}
<p class="quiet small-print">${count(first.pictures, "picture")}, ${count(first.perStart.length, "start")}.</p></div>`;
}

function measures(result: Result): Markup {
  if (result.comparisons.length > 0) {
    const reach =
      Math.max(0.05, ...result.comparisons.flatMap(({ interval }) => interval.map(Math.abs))) * 1.05;
    const names = [...new Set(result.comparisons.map(({ measure }) => measure))];
    const measured = names.map((name) => result.comparisons.filter(({ measure }) => measure === name));
    return html`<section aria-labelledby="measures"><h2 id="measures">What was measured</h2><div class="measures">${measured.map((comparisons) => measureBlock(result, comparisons, reach))}</div></section>`;
  }
  const rows = result.arms.flatMap((arm) =>
    (["validation", "test"] as const).flatMap((subset) => {
      const evaluations = arm.runs.flatMap((run) => run[subset] ?? []);
      if (evaluations.length === 0) return [];
      const value = mean(evaluations.map((evaluation) => evaluation.accuracy));
      return [
        html`<div class="measure"><h3>Accuracy on ${count(evaluations[0].pictures, `${subset} picture`)}</h3>${bar(arm, value)}</div>`,
      ];
    }),
  );
  if (rows.length === 0) return html``;
  return html`<section aria-labelledby="measures"><h2 id="measures">What was measured</h2><div class="measures">${rows}</div></section>`;
}

function runRow(result: Result, arm: Arm, run: Run): Markup {
  const best = run.epochs.find((epoch) => epoch.epoch === run.bestEpoch);
  const cell = (value: number | undefined, format: (value: number) => string) =>
    html`<td>${value === undefined ? "–" : format(value)}</td>`;
  const loss = (value: number) => value.toFixed(3);
  const ended = run.status === "finished" ? (run.stoppedEarly ? "early" : "") : run.status;
  return html`<tr><th scope="row"><span class="swatch" style="background:var(--arm-${arm.name})"></span> ${arm.title}</th>
${result.settings.seeds > 1 ? html`<td>${run.seed}</td>` : ""}
<td>${run.epochs.length}${ended ? html`<br><span class="quiet">${ended}</span>` : ""}</td><td>${run.bestEpoch ?? "–"}</td>
${cell(best?.accuracy, percent)}${cell(best?.loss, loss)}${cell(run.validation?.accuracy, percent)}${cell(run.validation?.loss, loss)}
${result.data.pictures.test > 0 ? html`${cell(run.test?.accuracy, percent)}${cell(run.test?.loss, loss)}` : ""}
<td>${duration(run.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0))}</td></tr>`;
}

function runTable(result: Result): Markup {
  const test = result.data.pictures.test > 0;
  return html`<p class="quiet">Each training, at the epoch whose model was kept:</p>
<div class="scroll" tabindex="0" role="region" aria-label="table of trainings"><table class="numbers">
<thead><tr><th scope="col">Training</th>${result.settings.seeds > 1 ? html`<th scope="col">Start</th>` : ""}<th scope="col">Epochs</th><th scope="col">Kept</th><th scope="col">Training accuracy</th><th scope="col">loss</th><th scope="col">Validation accuracy</th><th scope="col">loss</th>${test ? html`<th scope="col">Test accuracy</th><th scope="col">loss</th>` : ""}<th scope="col">Time</th></tr></thead>
<tbody>${result.arms.map((arm) => arm.runs.map((run) => runRow(result, arm, run)))}</tbody></table></div>`;
}

function epochTable(result: Result): Markup {
  const rows = result.arms.flatMap((arm) =>
    arm.runs.flatMap((run) =>
      run.epochs.map(
        (epoch) =>
          html`<tr><th scope="row">${arm.title}${result.settings.seeds > 1 ? `, start ${run.seed}` : ""}</th><td>${epoch.epoch}${epoch.epoch === run.bestEpoch ? " (kept)" : ""}</td><td>${percent(epoch.accuracy)}</td><td>${epoch.loss.toFixed(4)}</td><td>${percent(epoch.valAccuracy)}</td><td>${epoch.valLoss.toFixed(4)}</td><td>${epoch.seconds.toFixed(1)} s</td></tr>`,
      ),
    ),
  );
  if (rows.length === 0) return html``;
  return html`<details><summary>Every epoch as numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="table of epochs"><table class="numbers"><thead><tr><th scope="col">Training</th><th scope="col">Epoch</th><th scope="col">Training accuracy</th><th scope="col">loss</th><th scope="col">Validation accuracy</th><th scope="col">loss</th><th scope="col">Time</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function confusionSection(result: Result): Markup {
  const matrices = (["test", "validation"] as const).flatMap((subset) =>
    result.arms.flatMap((arm) => {
      const evaluations = arm.runs.flatMap((run) => run[subset] ?? []);
      return evaluations.length > 0
        ? [confusion(evaluations, result.data.classNames, `${arm.title}, ${subset}`)]
        : [];
    }),
  );
  if (matrices.length === 0) return html``;
  return html`<section aria-labelledby="confusion"><h2 id="confusion">What was taken for what</h2><div class="matrices">${matrices}</div></section>`;
}

async function mistakeSection(result: Result): Promise<Markup> {
  const subset = result.data.pictures.test > 0 ? "test" : "validation";
  const blocks: Markup[] = [];
  for (const arm of result.arms) blocks.push(await mistakes(result, arm, subset));
  return html`<section aria-labelledby="mistakes"><h2 id="mistakes">The pictures each network got most wrong</h2>${blocks}</section>`;
}

async function seenSection(result: Result, folder: string): Promise<Markup> {
  if (result.arms.every((arm) => arm.seen.length === 0)) return html``;
  const blocks: Markup[] = [];
  for (const arm of result.arms) blocks.push(await seenPictures(arm, folder));
  const same =
    result.arms.length > 1
      ? ` The same pictures in the same order for ${result.arms.length === 2 ? "both" : "all"}.`
      : "";
  return html`<section aria-labelledby="seen"><h2 id="seen">What the network saw</h2><p class="quiet">The first training pictures of the first epoch, exactly as the network received them.${same}</p>${blocks}</section>`;
}

/** The report of a result as one HTML page without scripts or requests; `folder` is where its files lie. */
export async function reportPage(result: Result, folder: string): Promise<string> {
  const [headline, ...rest] = result.answer;
  const { pictures, classNames } = result.data;
  const subsets = (["training", "validation", "test"] as const).filter((subset) => pictures[subset] > 0);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${headline}</title><style>${raw(style)}</style></head><body>
<header><p class="eyebrow">aumento ${result.kind} · ${result.settings.folder} · ${result.updatedAt.slice(0, 10)}</p>
<h1>${headline}</h1>
${rest.map((paragraph) => html`<p class="lead">${paragraph}</p>`)}
${result.status === "stopped" ? html`<p class="notice">This run was stopped before its end; the figures are of what had been trained by then. The same command with --resume goes on.</p>` : ""}
<p class="quiet small-print">${count(classNames.length, "class", "classes")}; ${subsets.map((subset) => `${count(pictures[subset], `${subset} picture`)}`).join(", ")}.</p></header>
<main>
${measures(result)}
<section aria-labelledby="curves"><h2 id="curves">How the training went</h2>${learningCurves(result)}${runTable(result)}${epochTable(result)}</section>
${await seenSection(result, folder)}
${confusionSection(result)}
${await mistakeSection(result)}
<section aria-labelledby="method"><h2 id="method">How this was decided</h2>${howDecided(result)}</section>
<section aria-labelledby="settings"><h2 id="settings">Settings, and how to repeat it</h2>${repeatCommand(result)}${settingsList(result)}</section>
</main>
<footer><p>Made by aumento ${result.environment.aumento} on Node ${result.environment.node}, ${result.environment.platform}, ${count(result.environment.processors, "processor")}. The same figures for programs: result.json beside this file.</p></footer>
</body></html>
`;
  return page.markup;
}
