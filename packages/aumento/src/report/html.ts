/** Text that is already HTML; everything else is escaped when it is put into a template. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | null | undefined | false | Markup | readonly Part[];

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  // A number stays on the line of its unit.
  if (typeof part === "string") return escapeHtml(part).replace(/(\d) %/g, "$1\u00a0%");
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(render).join("");
}

/** Template tag: interpolated strings are escaped, markup is put in as it is, arrays are joined. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return {
    markup: strings.reduce((text, piece, index) => text + render(parts[index - 1]) + piece),
  };
}

/** Markup made elsewhere (an SVG, a style sheet). */
export function raw(markup: string): Markup {
  return { markup };
}
