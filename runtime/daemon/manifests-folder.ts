import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readManifest } from "../config/read-files.ts";
import type { Report } from "../supervisor/actions.ts";
import { register } from "../supervisor/register.ts";
import { startAll } from "../supervisor/start-all.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { log } from "./journal.ts";
import { daemonEntry } from "./past.ts";

/** A folder of more files than this is not one of manifests. */
const FILES_MAX = 1_000;

/** What was found wrong, for `daemon status` and `doctor`. */
export type FolderProblems = readonly string[];

/**
 * Registers every `*.yaml` (and `*.yml`) of a folder, each a manifest of its own, in the order of their names. What a file
 * declares for the first time is started, too; what was known before keeps the state that people want it in. A file with
 * problems is told in log and history, and does not keep the others from their turn. Never throws.
 */
export async function registerFolder(
  supervisor: Supervisor,
  folder: string,
  announce: (entry: HistoryEntry) => void,
): Promise<FolderProblems> {
  const problems: string[] = [];
  const tell = (text: string): void => {
    log(text);
    problems.push(text);
    announce(supervisor.parts.store.addHistory(daemonEntry("manifest-problem", text)));
  };
  for (const file of filesOf(folder, tell)) {
    try {
      await registerFile(supervisor, file, tell);
    } catch (error) {
      tell(`cannot register ${file}: ${explain(error)}`);
    }
  }
  return problems;
}

function filesOf(folder: string, tell: (text: string) => void): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /^[^.].*\.ya?ml$/.test(name));
    if (names.length > FILES_MAX) tell(`${folder} holds ${names.length} files; the first ${FILES_MAX} are registered`);
    return names
      .sort()
      .slice(0, FILES_MAX)
      .map((name) => join(folder, name));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A system on which nothing was declared yet is in order.
    if (code !== "ENOENT") tell(`cannot read ${folder}: ${message}`);
    return [];
  }
}

async function registerFile(supervisor: Supervisor, file: string, tell: (text: string) => void): Promise<void> {
  const { manifest, warnings } = await readManifest([file], { directory: "/", environment: process.env });
  for (const { line, message } of warnings) log(`${file}:${line}: ${message}`);
  let added: { project: string; name: string }[] = [];
  const by = `the daemon, from ${file}`;
  const report: Report = (result) => tellFailure(file, result, tell);
  await register(
    supervisor,
    { manifest, by, noWait: true, keepScales: true },
    ({ changes, warnings: told }) => {
      added = changes.filter(({ action }) => action === "add");
      for (const text of told) log(`${file}: ${text}`);
    },
    // What is exchanged one by one fails, if it does, after its file had its turn.
    Object.assign(report, { later: report }),
  );
  const processes = added.flatMap(({ project, name }) => supervisor.dependencies.instancesOf(project, name));
  if (processes.length > 0) await startAll(supervisor, processes, { by, noWait: true }, report);
}

function tellFailure(file: string, result: { readonly name: string; readonly error?: ErrorBody }, tell: (text: string) => void): void {
  if (result.error) tell(`${file}: ${result.error.message}`);
}

function explain(error: unknown): string {
  if (!(error instanceof GhostError)) return error instanceof Error ? error.message : String(error);
  return error.hint ? `${error.message} (${error.hint})` : error.message;
}
