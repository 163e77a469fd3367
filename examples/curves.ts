import type { nn } from "aumento";

interface Line {
  label: string;
  values: readonly number[];
  colour: string;
  dashed: boolean;
}

const colours = ["#c2410c", "#1d4ed8", "#15803d", "#7e22ce"];
const [width, height, left, right, top, bottom] = [640, 360, 48, 200, 36, 40];

/** Training (dashed) and validation accuracy by epoch, a colour for each history, as an SVG file's text. */
export function accuracyCurves(title: string, histories: Readonly<Record<string, nn.History>>): string {
  const lines: Line[] = Object.entries(histories).flatMap(([label, { history }], place) => {
    const colour = colours[place % colours.length];
    return [
      { label: `${label}, validation`, values: history.val_accuracy, colour, dashed: false },
      { label: `${label}, training`, values: history.accuracy, colour, dashed: true },
    ];
  });
  const epochs = Math.max(2, ...lines.map(({ values }) => values.length));
  const x = (epoch: number) => left + ((width - left - right) * (epoch - 1)) / (epochs - 1);
  const y = (share: number) => height - bottom - (height - top - bottom) * share;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>` +
      `<text x="${left - 6}" y="${y(share) + 4}" text-anchor="end">${100 * share} %</text>`,
  );
  const drawn = lines.map(({ label, values, colour, dashed }, place) => {
    const points = values.map((value, epoch) => `${x(epoch + 1).toFixed(1)},${y(value).toFixed(1)}`);
    const dashes = dashed ? ' stroke-dasharray="4 4" stroke-width="1.5"' : ' stroke-width="2.5"';
    const legend = top + 20 * place;
    return (
      `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}"${dashes}/>` +
      `<line x1="${width - right + 14}" x2="${width - right + 40}" y1="${legend}" y2="${legend}" stroke="${colour}"${dashes}/>` +
      `<text x="${width - right + 46}" y="${legend + 4}">${label}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="white"/>
<text x="${left}" y="18" font-size="14" font-weight="bold">${title}</text>
${grid.join("\n")}
<text x="${x(1)}" y="${height - bottom + 18}" text-anchor="middle">1</text>
<text x="${x(epochs)}" y="${height - bottom + 18}" text-anchor="middle">${epochs}</text>
<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">epoch</text>
${drawn.join("\n")}
</svg>
`;
}
