import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { html, type Markup, raw } from "../report/html.ts";
import type { GanPoint, GanResult } from "./result.ts";

type Measure = Exclude<keyof GanPoint, "step">;

interface Panel {
  title: string;
  note: string;
  lines: readonly { measure: Measure; label: string; colour: string }[];
  /** The vertical scale, where it does not follow from the numbers. */
  domain?: readonly [number, number];
}

/** Blue and orange, as in the other reports: apart for every common kind of colour blindness. */
const generatorColour = "var(--generator)";
const discriminatorColour = "var(--discriminator)";

const panels: readonly Panel[] = [
  {
    title: "Losses by step",
    note: "neither falls to zero in a good training: the two hold each other in balance",
    lines: [
      { measure: "generatorLoss", label: "generator", colour: generatorColour },
      { measure: "discriminatorLoss", label: "discriminator", colour: discriminatorColour },
    ],
  },
  {
    title: "What the discriminator says",
    note: "1: real, 0: generated",
    domain: [0, 1],
    lines: [
      { measure: "generated", label: "of generated", colour: generatorColour },
      { measure: "real", label: "of real", colour: discriminatorColour },
    ],
  },
];

const frame = { width: 460, height: 290, marginTop: 26, marginRight: 104, marginBottom: 34, marginLeft: 50 };
const labelGap = 16;

/** The scale of losses: from zero or the lowest, up to what all but the rarest points need. */
function lossDomain(history: readonly GanPoint[], lines: Panel["lines"]): [number, number] {
  const values = lines
    .flatMap(({ measure }) => history.map((point) => point[measure]))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (values.length === 0) return [0, 1];
  const high = values[Math.floor((values.length - 1) * 0.995)];
  const low = Math.min(0, values[0]);
  return [low, high > low ? high + (high - low) * 0.04 : low + 1];
}

function drawPanel({ title, lines, domain: fixed }: Panel, history: readonly GanPoint[]): string {
  const { document } = parseHTML("<html><body></body></html>");
  const [low, high] = fixed ?? lossDomain(history, lines);
  const last = history.at(-1)!;
  const inner = frame.height - frame.marginTop - frame.marginBottom;
  const place = (value: number) => inner * (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low));
  // The labels stand at the ends of their lines, pushed apart where these meet.
  const labels = lines.map((line) => ({ ...line, y: place(last[line.measure]) })).sort((a, b) => a.y - b.y);
  if (labels[1].y - labels[0].y < labelGap) {
    const middle = Math.min(inner - labelGap / 2, Math.max(labelGap / 2, (labels[0].y + labels[1].y) / 2));
    labels[0].y = middle - labelGap / 2;
    labels[1].y = middle + labelGap / 2;
  }
  const plot = Plot.plot({
    ...frame,
    document,
    className: "curve",
    style: { fontSize: "12px" },
    x: { domain: [0, last.step], label: null },
    y: { domain: [low, high], label: null, clamp: true },
    marks: [
      Plot.gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
      Plot.axisX({
        ticks: 5,
        tickSize: 0,
        tickPadding: 8,
        tickFormat: (step: number) => step.toLocaleString("en-US"),
        fill: "var(--quiet)",
      }),
      Plot.axisY({ ticks: 5, tickSize: 0, tickPadding: 6, fill: "var(--quiet)" }),
      ...lines.map(({ measure, label, colour }) =>
        Plot.line(history, {
          x: "step",
          y: measure,
          stroke: colour,
          strokeWidth: 1.75,
          className: `line ${label.replaceAll(" ", "-")}`,
        }),
      ),
      ...labels.map(({ label, colour, y }) =>
        Plot.text([label], {
          frameAnchor: "top-right",
          textAnchor: "start",
          lineAnchor: "middle",
          dx: 12,
          dy: y,
          fill: colour,
          fontWeight: 600,
        }),
      ),
    ],
  });
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", `${title}; the numbers are in the table below and in gan.json`);
  return plot.outerHTML;
}

/** Both panels; says so when there is no point yet. */
export function ganCurves({ history }: GanResult): Markup {
  if (history.length === 0) return html`<p class="quiet">No step had ended when training stopped.</p>`;
  return html`<div class="panels">${panels.map(
    (panel) =>
      html`<figure><figcaption>${panel.title} <span class="quiet">(${panel.note})</span></figcaption>${raw(drawPanel(panel, history))}</figure>`,
  )}</div>`;
}
