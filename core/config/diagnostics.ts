/** A place in a file, as editors count: line and column from 1. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong (error) or doubtful (warning) in a configuration file. Never holds a secret value. */
export interface Diagnostic extends Place {
  readonly severity: "error" | "warning";
  /** A sentence without its final full stop. */
  readonly message: string;
  /** The remedy. */
  readonly hint?: string;
}

/** At most this many diagnostics are kept of one reading: nobody mends more at a time, and a hostile file cannot fill the memory. */
export const DIAGNOSTICS_MAX = 200;

/** Gathers diagnostics, so that one reading reports everything that is wrong. The same sentence about the same place is kept once. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  private readonly seen = new Set<string>();

  error(place: Place, message: string, hint?: string): void {
    this.add("error", place, message, hint);
  }

  warn(place: Place, message: string, hint?: string): void {
    this.add("warning", place, message, hint);
  }

  /** True once an error was reported: what was read must then not be used. */
  get failed(): boolean {
    return this.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  }

  private add(severity: Diagnostic["severity"], place: Place, message: string, hint: string | undefined): void {
    const { file, line, column } = place;
    const key = `${severity}\n${file}\n${line}\n${column}\n${message}`;
    if (this.seen.has(key) || this.diagnostics.length >= DIAGNOSTICS_MAX) return;
    this.seen.add(key);
    this.diagnostics.push({ severity, file, line, column, message, ...(hint !== undefined && { hint }) });
  }
}

/** `file:line:column: message`, the form that terminals and editors turn into links; or `the environment variable NAME: message`. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${placeText(diagnostic)}: ${diagnostic.message}`;
}

/** `file:line:column`, or `the environment variable NAME` where the value stands in no file. `path` shortens the file's. */
export function placeText({ file, line, column }: Place, path: (file: string) => string = (file) => file): string {
  const [, name] = VARIABLE.exec(file) ?? [];
  return name === undefined ? `${path(file)}:${line}:${column}` : `the environment variable ${name}`;
}

/** Whether it is about a value that stands in no file. */
export function isVariable({ file }: Place): boolean {
  return VARIABLE.test(file);
}

/** What stands in the place of a file's name for a value that a variable gave. */
export function variablePlace(name: string): string {
  return `$${name}`;
}

const VARIABLE = /(?:^|\/)\$(GHOST_[A-Z_]+)$/;

/** Sorted as people read: by file in the given order (other files last), then by place. */
export function inFileOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file, index]));
  const rankOf = (diagnostic: Diagnostic): number => rank.get(diagnostic.file) ?? files.length;
  return [...diagnostics].sort((a, b) => rankOf(a) - rankOf(b) || a.line - b.line || a.column - b.column);
}
