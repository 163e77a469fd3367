import { AumentoError } from "../errors.ts";

const FIELD = /\{([^{}:]*)(?::([^{}]*))?\}/g;
const FORMAT = /^(0?)(\d*)(?:\.(\d+))?([dfe%]?)$/;

/** A number in Python's format language, as far as file names need it: `02d`, `.2f`, `08.3f`, `.1e`, `.1%`. */
function formatNumber(value: number, format: string, template: string): string {
  const match = FORMAT.exec(format);
  if (!match)
    throw new AumentoError(
      "argument",
      `File name ${template}: format "${format}" is not like 02d, .2f, .1e or .1%`,
    );
  const [, zero, width, digits, kind] = match;
  const precision = digits === undefined ? undefined : Number(digits);
  let text: string;
  if (kind === "d") text = String(Math.round(value));
  else if (kind === "e") text = value.toExponential(precision ?? 6);
  else if (kind === "%") text = `${(value * 100).toFixed(precision ?? 6)}%`;
  else if (kind === "f" || precision !== undefined) text = value.toFixed(precision ?? 6);
  else text = String(value);
  return text.padStart(Number(width || 0), zero ? "0" : " ");
}

/** Fills a file name such as `{epoch:02d}-{val_loss:.2f}.onnx` from values by name. */
export function fillTemplate(template: string, values: Readonly<Record<string, number>>): string {
  return template.replace(FIELD, (_, name: string, format = "") => {
    const value = values[name];
    if (value === undefined)
      throw new AumentoError(
        "argument",
        `File name ${template}: there is no "${name}"; there are ${Object.keys(values).join(", ")}`,
      );
    return formatNumber(value, format, template);
  });
}
