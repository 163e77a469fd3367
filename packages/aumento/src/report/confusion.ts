import type { Evaluation } from "../experiment/result.ts";
import { mean } from "../experiment/statistics.ts";
import { count, percent } from "../format.ts";
import { html, type Markup } from "./html.ts";

/** More classes than this do not fit a readable matrix; the most frequent confusions are listed instead. */
const largestMatrix = 12;
const listedConfusions = 15;

/** Sums the matrices of several starts. */
export function addConfusions(matrices: readonly number[][][]): number[][] {
  return matrices[0].map((row, actual) =>
    row.map((_, predicted) => matrices.reduce((sum, matrix) => sum + matrix[actual][predicted], 0)),
  );
}

function matrixTable(
  matrix: number[][],
  classNames: readonly string[],
  caption: Markup,
  label: string,
): Markup {
  return html`<figure><figcaption>${caption}</figcaption><div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="confusion" aria-label="${label}">
<thead><tr><td></td><th scope="colgroup" colspan="${classNames.length}">the network said</th></tr>
<tr><th scope="col">it was</th>${classNames.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${matrix.map((row, actual) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    return html`<tr><th scope="row">${classNames[actual]}</th>${row.map((value, predicted) => {
      const share = total === 0 ? 0 : value / total;
      return html`<td class="${actual === predicted ? "right" : "wrong"}" style="--share:${share.toFixed(3)}" title="${percent(share)} of the ${classNames[actual]} pictures">${value}</td>`;
    })}</tr>`;
  })}</tbody></table></div></figure>`;
}

function confusionList(matrix: number[][], classNames: readonly string[], caption: Markup): Markup {
  const pairs = matrix
    .flatMap((row, actual) => row.map((value, predicted) => ({ actual, predicted, value })))
    .filter((pair) => pair.actual !== pair.predicted && pair.value > 0)
    .sort((a, b) => b.value - a.value)
    .slice(0, listedConfusions);
  return html`<table class="plain"><caption>${caption}; the most frequent confusions</caption>
<thead><tr><th scope="col">it was</th><th scope="col">the network said</th><th scope="col">pictures</th></tr></thead>
<tbody>${pairs.map((pair) => html`<tr><td>${classNames[pair.actual]}</td><td>${classNames[pair.predicted]}</td><td>${pair.value}</td></tr>`)}</tbody></table>`;
}

/** One arm on one subset: all starts counted together. */
export function confusion(
  evaluations: readonly Evaluation[],
  classNames: readonly string[],
  title: string,
): Markup {
  if (evaluations.length === 0) return html`<p class="quiet">${title}: not evaluated yet.</p>`;
  const matrix = addConfusions(evaluations.map((evaluation) => evaluation.confusion));
  const starts = evaluations.length > 1 ? `, ${evaluations.length} starts counted together` : "";
  const caption = html`<strong>${title}</strong> <span class="quiet">${percent(mean(evaluations.map((evaluation) => evaluation.accuracy)))} right of ${count(evaluations[0].pictures, "picture")}${starts}</span>`;
  return classNames.length <= largestMatrix
    ? matrixTable(matrix, classNames, caption, `Confusion matrix: ${title}`)
    : confusionList(matrix, classNames, caption);
}
