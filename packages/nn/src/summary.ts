import type { Network } from "./network.ts";

/** Bytes as Keras' summary shows them: 1.00 KB of 1024. */
function showBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(2)} ${units[unit]}`;
}

const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Numbers in the trainable weights, the others, and both. */
export function countWeights({ weights }: Network): { trainable: number; fixed: number; total: number } {
  let trainable = 0;
  let total = 0;
  for (const weight of weights) {
    total += weight.size;
    if (weight.trainable && weight.layer.trainable) trainable += weight.size;
  }
  return { trainable, fixed: total - trainable, total };
}

/** The table that Keras prints: layers, output shapes, numbers of weights. */
export function summaryText(name: string, network: Network): string {
  const rows = network.layers.map(({ name: layer, layer: { className }, outputShape, weights }) => [
    `${layer} (${className})`,
    `(None, ${outputShape.join(", ")})`,
    grouped(weights.reduce((sum, { size }) => sum + size, 0)),
  ]);
  const titles = ["Layer (type)", "Output Shape", "Param #"];
  const minimum = [31, 22, 13];
  const widths = titles.map((title, i) =>
    Math.max(minimum[i], title.length, ...rows.map((row) => row[i].length)),
  );
  const rule = (left: string, line: string, middle: string, right: string) =>
    left + widths.map((width) => line.repeat(width + 2)).join(middle) + right;
  const row = (cells: readonly string[], bar: string) =>
    `${bar} ${cells
      .map((text, i) => (i === 2 ? text.padStart(widths[i]) : text.padEnd(widths[i])))
      .join(` ${bar} `)} ${bar}`;
  const { trainable, fixed, total } = countWeights(network);
  const count = (what: string, n: number) => ` ${what}: ${grouped(n)} (${showBytes(4 * n)})`;
  return [
    `Model: "${name}"`,
    rule("┏", "━", "┳", "┓"),
    row(titles, "┃"),
    rule("┡", "━", "╇", "┩"),
    rows.map((cells) => row(cells, "│")).join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
    count("Total params", total),
    count("Trainable params", trainable),
    count("Non-trainable params", fixed),
  ].join("\n");
}
