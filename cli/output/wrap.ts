import { displayWidth } from "./width.ts";

/** The space between a number and its unit, as in `600 ms`, where no line is broken. */
const BEFORE_UNIT = /(?<=(?:^|[\s(])\d+(?:\.\d+)?) (?=(?:ms|s|min|h|d|bytes?|[KMGT]B)(?![\w/]))/;
/** Between words. */
const BREAKS = new RegExp(`(?!${BEFORE_UNIT.source}) `);

/** A text of one line in lines of at most `cells`, broken between words and not between a number and its unit; a word that is longer than that stands alone, uncut, so that a path can be copied whole. */
export function wrapWords(text: string, cells: number): string[] {
  if (text.length <= cells && displayWidth(text) <= cells) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BREAKS)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || displayWidth(longer) <= cells) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A text behind what stands before it on its first line, which takes `indent` cells; the other lines begin below it. */
export function hang(before: string, indent: number, text: string, columns: number): string[] {
  return wrapWords(text, columns - indent).map((line, index) => (index === 0 ? before : " ".repeat(indent)) + line);
}
