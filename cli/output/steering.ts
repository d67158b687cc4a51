const ESC = "\\u001b";
const BEL = "\\u0007";
/** Control sequences, e.g. cursor and colours. */
const SEQUENCE = `${ESC}\\[[0-?]*[ -/]*[@-~]?`;
/** Titles, links, images: up to their end, or that of the line. */
const TEXT = `${ESC}[\\]P^_X][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?`;
const SHORT = `${ESC}[ -/]*[0-~]?`;
/** All others but the tab. 8-bit forms of the above are looked for as characters: as bytes they are no UTF-8. */
const SINGLE = "[\\u0000-\\u0008\\u000a-\\u001a\\u001c-\\u001f\\u007f-\\u009f]";
/** What steers a terminal (ECMA-48). */
const STEERING = new RegExp([SEQUENCE, TEXT, SHORT, SINGLE].join("|"), "g");
/** SGR, "select graphic rendition": colours, bold and the like. */
const COLOUR = new RegExp(`^${ESC}\\[[0-9;:]*m$`);
const NO_COLOUR = "\u001b[0m";

/**
 * A program's line as it may stand between the lines of others on a terminal: colours stay, and end with it; what moves the cursor, clears or sets titles
 * goes, for it would spoil what is not that program's. Tabs stay.
 */
export function withoutSteering(line: string): string {
  let isColoured = false;
  const kept = line.replace(STEERING, (sequence) => {
    if (!COLOUR.test(sequence)) return "";
    isColoured = true;
    return sequence;
  });
  return isColoured && !kept.endsWith(NO_COLOUR) ? kept + NO_COLOUR : kept;
}
