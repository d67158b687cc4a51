/** A file that was read. */
export interface SourceText {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Longest configuration file, in bytes (counted as characters where the text is already decoded). A process takes about 300. */
export const FILE_BYTES_MAX = 1024 * 1024;

/** True for a YAML text that says nothing: blank lines, comments, `---`, `null`. */
export function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(---)?\s*(null|~)?\s*(#.*)?$/.test(line));
}
