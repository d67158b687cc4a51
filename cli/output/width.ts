import truncatedWidth from "fast-string-truncated-width";

/** Text of which each character takes one cell. */
export const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\x00-\x1f\x7f-\x9f]+/g;

/** The number of terminal cells that a text takes: 2 for a wide character, none for colours. */
export function displayWidth(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : truncatedWidth(text).width;
}

/** A text without colours, cut to at most `cells`, with `…` where something was cut off. */
export function cut(text: string, cells: number): string {
  if (cells <= 0) return "";
  // Most texts: the library's own look at them takes a list of 100 processes 1 ms.
  if (PRINTABLE_ASCII.test(text)) return text.length <= cells ? text : `${text.slice(0, cells - 1)}…`;
  if (displayWidth(text) <= cells) return text;
  const { index } = truncatedWidth(text, { limit: cells, ellipsis: "…", ellipsisWidth: 1 });
  return `${text.slice(0, index)}…`;
}

/** Fills up with spaces to `cells`, on the right or, for numbers, on the left. */
export function pad(text: string, cells: number, side: "left" | "right" | "centre" = "right"): string {
  const missing = cells - displayWidth(text);
  if (missing <= 0) return text;
  const before = side === "left" ? missing : side === "centre" ? Math.floor(missing / 2) : 0;
  return " ".repeat(before) + text + " ".repeat(missing - before);
}

/** Foreign text on one line, without anything that could steer the terminal. */
export function tame(text: string): string {
  return PRINTABLE_ASCII.test(text) ? text : text.replace(CONTROL, " ").trim();
}
