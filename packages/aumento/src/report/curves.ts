import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { factorsOf, networkWords } from "../experiment/arms.ts";
import type { Arm, Result } from "../experiment/result.ts";
import { percent } from "../format.ts";
import { html, type Markup, raw } from "./html.ts";

interface Point {
  epoch: number;
  value: number;
  /** Which start the point belongs to. */
  seed: number;
  best: boolean;
}

interface Series {
  arm: Arm;
  part: "training" | "validation";
  points: Point[];
}

type Measure = "accuracy" | "loss";

const panel = { width: 460, height: 290, marginTop: 26, marginRight: 98, marginBottom: 34, marginLeft: 50 };
const labelGap = 16;

export function armColour(arm: { name: string }): string {
  return `var(--arm-${arm.name})`;
}

function seriesOf(arm: Arm, measure: Measure): Series[] {
  const points = (key: "accuracy" | "loss" | "valAccuracy" | "valLoss"): Point[] =>
    arm.runs.flatMap((run) =>
      run.epochs.map((epoch) => ({
        epoch: epoch.epoch,
        value: epoch[key],
        seed: run.seed,
        best: epoch.epoch === run.bestEpoch,
      })),
    );
  return [
    { arm, part: "training", points: points(measure) },
    { arm, part: "validation", points: points(measure === "accuracy" ? "valAccuracy" : "valLoss") },
  ];
}

/** Where each series' label goes: at the end of its line, pushed apart so that no two overlap. */
function placeLabels(series: Series[], domain: readonly [number, number]): { series: Series; y: number }[] {
  const inner = panel.height - panel.marginTop - panel.marginBottom;
  const toPixel = (value: number) =>
    panel.marginTop + inner * (1 - (value - domain[0]) / (domain[1] - domain[0]));
  const placed = series
    .filter((one) => one.points.length > 0)
    .map((one) => {
      const last = one.points.filter((point) => point.seed === one.points[0].seed).at(-1)!;
      return { series: one, y: toPixel(last.value) };
    })
    .sort((a, b) => a.y - b.y);
  for (let index = 1; index < placed.length; index++) {
    placed[index].y = Math.max(placed[index].y, placed[index - 1].y + labelGap);
  }
  let floor = panel.height - panel.marginBottom;
  for (const label of placed.toReversed()) {
    label.y = Math.min(label.y, floor);
    floor = label.y - labelGap;
  }
  return placed;
}

function labelText(series: Series, arms: number): string {
  if (arms === 1) return series.part;
  const arm = factorsOf(series.arm.name).augment ? "with" : "without";
  return series.part === "validation" ? arm : `${arm}, training`;
}

function domainOf(series: Series[], measure: Measure): [number, number] {
  const values = series.flatMap((one) => one.points.map((point) => point.value)).filter(Number.isFinite);
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (measure === "accuracy") return [Math.max(0, Math.floor(low * 10) / 10), 1];
  return [0, high > 0 ? high * 1.04 : 1];
}

/**
 * One panel of learning curves as SVG: a line for each arm, part and start, a dot for each epoch, a ring
 * round the epoch whose model was kept. Colours are CSS variables, so that the page's theme decides them.
 */
function curvePanel(arms: readonly Arm[], measure: Measure, domain: readonly [number, number]): string {
  const { document } = parseHTML("<html><body></body></html>");
  const series = arms.flatMap((arm) => seriesOf(arm, measure));
  const epochs = Math.max(...series.flatMap((one) => one.points.map((point) => point.epoch)), 2);
  const format = measure === "accuracy" ? percent : (value: number) => value.toFixed(3);
  const marks = series.flatMap((one) => {
    const colour = armColour(one.arm);
    const describe = (point: Point) =>
      `${one.arm.title}, ${one.part}, epoch ${point.epoch}${one.arm.runs.length > 1 ? `, start ${point.seed}` : ""}: ${format(point.value)}`;
    const common = { x: "epoch", y: "value", z: "seed", stroke: colour };
    return [
      Plot.line(one.points, {
        ...common,
        strokeWidth: one.part === "validation" ? 2.25 : 1.5,
        ...(one.part === "training" ? { strokeDasharray: "3 4" } : {}),
        className: `line ${one.arm.name} ${one.part}`,
      }),
      Plot.dot(one.points, {
        ...common,
        r: one.part === "validation" ? 2.5 : 1.75,
        fill: colour,
        stroke: null,
        title: describe,
        className: `points ${one.arm.name} ${one.part}`,
      }),
      ...(one.part === "validation"
        ? [
            Plot.dot(
              one.points.filter((point) => point.best),
              {
                ...common,
                r: 6,
                strokeWidth: 2,
                fill: "var(--surface)",
                title: (point: Point) => `${describe(point)} (model kept)`,
                className: `best ${one.arm.name}`,
              },
            ),
          ]
        : []),
    ];
  });
  const labels = placeLabels(series, domain).map(({ series: one, y }) =>
    Plot.text([labelText(one, arms.length)], {
      frameAnchor: "top-right",
      textAnchor: "start",
      lineAnchor: "middle",
      dx: 12,
      dy: y - panel.marginTop,
      fill: armColour(one.arm),
      fontWeight: one.part === "validation" ? 600 : 400,
      className: `label ${one.part}`,
    }),
  );
  const plot = Plot.plot({
    ...panel,
    document,
    className: "curve",
    style: { fontSize: "12px" },
    x: { domain: [1, epochs], label: null },
    y: { domain: [...domain], label: null },
    marks: [
      Plot.gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
      Plot.axisX({
        ticks: Array.from({ length: epochs }, (_, index) => index + 1).filter(
          (epoch) => epoch === 1 || epoch % Math.ceil(epochs / 10) === 0,
        ),
        tickSize: 0,
        tickPadding: 8,
        tickFormat: (epoch: number) => String(epoch),
        fill: "var(--quiet)",
      }),
      Plot.axisY({
        ticks: 5,
        tickSize: 0,
        tickPadding: 6,
        fill: "var(--quiet)",
        ...(measure === "accuracy" ? { tickFormat: (value: number) => `${Math.round(value * 100)} %` } : {}),
      }),
      ...marks,
      ...labels,
    ],
  });
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", `${measure} by epoch; the numbers are in the table of epochs below`);
  plot.setAttribute("data-measure", measure);
  return plot.outerHTML;
}

const hasEpochs = (arm: Arm) => arm.runs.some((run) => run.epochs.length > 0);

/** The arms that share a pair of panels: those of one network on the same pictures, with and without augmentation. */
function panelGroups(arms: readonly Arm[]): { title: string; arms: Arm[] }[] {
  const groups = new Map<string, Arm[]>();
  for (const arm of arms) {
    const { network, synthetic } = factorsOf(arm.name);
    const title = `${networkWords[network].title}${synthetic ? " with generated pictures" : ""}`;
    groups.set(title, [...(groups.get(title) ?? []), arm]);
  }
  return [...groups].map(([title, members]) => ({ title, arms: members }));
}

function legend(result: Result): Markup {
  const key = (arm: Arm, part: string) =>
    html`<li><svg width="30" height="12" aria-hidden="true"><line x1="1" x2="29" y1="6" y2="6" stroke="${armColour(arm)}" stroke-width="${part === "training" ? "1.5" : "2.25"}" ${part === "training" ? raw('stroke-dasharray="3 4"') : ""}/></svg>${result.arms.length > 1 ? `${arm.title}, ` : ""}${part}</li>`;
  return html`<ul class="legend">
${result.arms.map((arm) => [key(arm, "validation"), key(arm, "training")])}
<li><svg width="16" height="14" aria-hidden="true"><circle cx="8" cy="7" r="5" fill="none" stroke="currentColor" stroke-width="2"/></svg>epoch whose model was kept</li>
</ul>`;
}

/**
 * Accuracy and loss by epoch with their captions and the legend, a pair of panels for each network; all show
 * accuracy on the same scale. Says so when no epoch has ended yet.
 */
export function learningCurves(result: Result): Markup {
  if (!result.arms.some(hasEpochs)) {
    return html`<p class="quiet">No epoch had ended when training stopped, so there is no curve yet.</p>`;
  }
  const groups = panelGroups(result.arms);
  const accuracies = domainOf(
    result.arms.flatMap((arm) => seriesOf(arm, "accuracy")),
    "accuracy",
  );
  return html`${legend(result)}${groups.map(({ title, arms }) => {
    const prefix = groups.length > 1 ? `${title}: ` : "";
    if (!arms.some(hasEpochs))
      return html`<p class="quiet">${prefix}no epoch had ended when training stopped.</p>`;
    const losses = domainOf(
      arms.flatMap((arm) => seriesOf(arm, "loss")),
      "loss",
    );
    return html`<div class="panels">
<figure><figcaption>${prefix}${prefix ? "accuracy" : "Accuracy"} by epoch</figcaption>${raw(curvePanel(arms, "accuracy", accuracies))}</figure>
<figure><figcaption>${prefix}${prefix ? "loss" : "Loss"} by epoch <span class="quiet">(lower is better)</span></figcaption>${raw(curvePanel(arms, "loss", losses))}</figure>
</div>`;
  })}`;
}
