import type { Manifest } from "../config/definition.ts";
import { type Diagnostic, formatDiagnostic } from "../config/diagnostics.ts";
import type { Variables } from "../config/interpolate.ts";
import { parseProcessesFiles } from "../config/processes-file.ts";
import type { AppReader } from "../config/read-app-process.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { type Draft, isMapValue, Template, type Value } from "./draft.ts";
import { locate } from "./locate.ts";
import { writeProcessesFile } from "./write-yaml.ts";

/** A file that Ghost's own parser takes. */
export interface Settled {
  readonly text: string;
  /** What the parser makes of it, with every variable filled in as `1`. */
  readonly manifest: Manifest;
  /** The variables that whoever registers must have set. */
  readonly variables: readonly string[];
}

/** What a file needs that names apps: their files, and the variables in them. */
export interface Around {
  readonly apps?: AppReader;
  readonly environment?: Variables;
}

/** Each round takes at least one thing out of the draft; a file has fewer faults than this, or it is not what it seems. */
const ROUNDS_MAX = 200;

/**
 * Writes a draft and lets Ghost's own parser read it; what the parser refuses is taken out, with a comment in its place, until
 * nothing is refused. `path` is where the file will lie.
 */
export function settle(draft: Draft, path: string, title: readonly string[], { apps, environment }: Around = {}): Settled {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const variables = neededVariables(draft);
    const text = writeProcessesFile(draft, [...title, ...askFor(variables)]);
    const { manifest, diagnostics } = parseProcessesFiles([{ path, text }], { environment: { ...environment, ...fillAll(draft) }, apps });
    if (manifest) return { text, manifest, variables };
    removeFaults(draft, text, diagnostics);
  }
  throw new GhostError("CONFIG_INVALID", `cannot make a processes.yaml of it: more than ${ROUNDS_MAX} of its values are refused`, {
    hint: "is it the right file? --from KIND says what it is",
  });
}

function removeFaults(draft: Draft, text: string, diagnostics: readonly Diagnostic[]): void {
  const faults = diagnostics.filter(({ severity }) => severity === "error");
  const located = faults.map((fault) => ({ fault, location: locate(text, fault.line, fault.column) }));
  const found = located.filter(({ location }) => location !== null);
  const [first] = faults;
  if (found.length === 0)
    throw new GhostError("INTERNAL", `cannot write a processes.yaml: ${first ? formatDiagnostic(first) : "nothing says why"}`);
  // Against the order of the file, so that the numbers of those that are still to be treated stay right.
  for (const { fault, location } of found.reverse()) {
    if (!location) continue;
    if (location.list === "groups") removeGroup(draft, location.index, fault.message);
    else removeFrom(draft, location.index, location.path, fault.message);
  }
}

function removeGroup(draft: Draft, index: number, why: string): void {
  const group = draft.groups[index];
  if (!group) return;
  draft.notes.push(`group ${group.name} was left out: ${why}`);
  draft.groups = draft.groups.filter((each) => each !== group);
}

/** Without its program a process is none: it goes as a whole. */
function removeFrom(draft: Draft, index: number, path: readonly string[], why: string): void {
  const process = draft.processes[index];
  if (!process) return;
  if (path.length > 0 && !["name", "command", "executable"].includes(path[0] ?? "")) return process.remove(path, why);
  draft.notes.push(`process ${process.name} was left out: ${why}`, ...process.notes.map(({ text }) => `  ${text}`));
  draft.processes = draft.processes.filter((each) => each !== process);
}

function askFor(variables: readonly string[]): string[] {
  return variables.length === 0 ? [] : [`Set these variables before \`ghost register\`: ${variables.join(", ")}.`];
}

/** The variables without a default. */
function neededVariables({ processes }: Draft): string[] {
  const names = processes.flatMap((process) => templatesIn(process.keys)).flatMap((text) => namesIn(text, /\$*\$\{([A-Za-z_]\w*)\}/g));
  return [...new Set(names)].sort();
}

/** Any value will do to see whether the parser takes the file; 1 is a text and a number. */
function fillAll({ processes }: Draft): Record<string, string> {
  const names = processes.flatMap((process) => templatesIn(process.keys)).flatMap((text) => namesIn(text, /\$*\$\{([A-Za-z_]\w*)/g));
  return { ...Object.fromEntries(names.map((name) => [name, "1"])), HOME: "/" };
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].filter(([match]) => !match.startsWith("$$")).map((match) => match[1] ?? "");
}

function templatesIn(value: Value): string[] {
  if (value instanceof Template) return [value.text];
  if (Array.isArray(value)) return value.flatMap(templatesIn);
  return isMapValue(value) ? Object.values(value).flatMap(templatesIn) : [];
}
