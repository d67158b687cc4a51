import { dirname, isAbsolute, relative } from "node:path";
import { isVariable, placeText } from "../../core/config/diagnostics.ts";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import type { Candidate } from "../../core/graph/select.ts";
import type { Paint } from "./paint.ts";
import { count } from "./quantities.ts";
import { withoutSteering } from "./steering.ts";

/** A place in a file and what is wrong there, as `details.diagnostics` of a configuration error holds them. */
export interface ShownDiagnostic {
  readonly severity: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The lines that tell an error to a person: what, the program's last lines if it was one's fault, and the remedy. On a terminal those last lines cannot steer it.
 * `undone`: what has not come to pass because of a configuration that cannot be used.
 */
export function renderError(
  error: ErrorBody,
  directory: string,
  paint: Paint,
  isTerminal = false,
  undone: "changed" | "run" = "changed",
): string[] {
  const diagnostics = (error.details?.diagnostics ?? []) as readonly ShownDiagnostic[];
  if (diagnostics.length > 0)
    return [...diagnostics.flatMap((each) => renderDiagnostic(each, directory, paint)), summaryOf(diagnostics, undone, paint)];
  const hint = hintFromHere(error, directory) ?? error.hint;
  return [
    `${paint.red("error:")} ${error.message}`,
    ...renderLastLines(error, paint, isTerminal),
    ...(hint ? [`${paint.cyan("hint:")} ${hint}`] : []),
  ];
}

/** `file:line:column: message`, the form that editors and terminals make into a link, and its hint on a line of its own; a variable's begins as other warnings do. */
export function renderDiagnostic(diagnostic: ShownDiagnostic, directory: string, paint: Paint): string[] {
  const { severity, message, hint } = diagnostic;
  const kind = severity === "warning" ? paint.yellow("warning: ") : "";
  const place = paint.bold(`${placeText(diagnostic, (file) => shortPath(file, directory))}:`);
  const line = isVariable(diagnostic) ? `${kind}${place} ${message}` : `${place} ${kind}${message}`;
  return [line, ...(hint ? [`  ${paint.cyan("hint:")} ${hint}`] : [])];
}

/** Of those that an ambiguous name may mean, the one that a file of the current folder declares was most likely meant: said, not guessed. */
function hintFromHere({ details }: ErrorBody, directory: string): string | null {
  const candidates = (details?.candidates ?? []) as readonly Candidate[];
  const here = candidates.filter(({ source }) => source !== null && dirname(source) === directory);
  return here.length === 1 ? `write ${here[0]?.name} for that of ${here[0]?.source}` : null;
}

function summaryOf(diagnostics: readonly ShownDiagnostic[], undone: string, paint: Paint): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return `${paint.red("error:")} nothing was ${undone}: ${count(errors, "error")} in the configuration`;
}

function renderLastLines({ details }: ErrorBody, paint: Paint, isTerminal: boolean): string[] {
  const lines = details?.lastLines;
  if (!Array.isArray(lines)) return [];
  return lines.map((line) => `  ${paint.dim("│")} ${isTerminal ? withoutSteering(String(line)) : String(line)}`);
}

/** Relative to the current folder where the file is in it. */
function shortPath(file: string, directory: string): string {
  const path = relative(directory, file);
  return path !== "" && !path.startsWith("..") && !isAbsolute(path) ? path : file;
}
