import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { ProcessView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { lookAt } from "../../runtime/system/look-at.ts";

/**
 * Makes the folders that the results will go into, so that a run of an hour does not fail at its end: any in the working directory (`directory`). Elsewhere, where one
 * that is missing is more likely a slip of the pen, the report's folder and that above the logs have to be there. Paths are absolute. Throws FAILED.
 */
export function prepareFiles(directory: string, junit: string | null, logs: string | null): void {
  if (junit !== null) {
    if (!isInside(directory, junit)) demandFolder(dirname(junit), "--junit");
    makeFolder(dirname(junit), "--junit");
  }
  if (logs !== null) {
    if (!isInside(directory, logs)) demandFolder(dirname(logs), "--logs");
    makeFolder(logs, "--logs");
  }
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function demandFolder(path: string, option: string): void {
  const { stats, why } = lookAt(path);
  if (stats?.isDirectory()) return;
  throw new GhostError("FAILED", `cannot write to ${path}: ${why && why.kind !== "missing" ? why.text : "there is no such folder"}`, {
    hint: `mkdir -p ${path}, or mend ${option}`,
  });
}

/** Copies the logs of all as `NAME.out.log` and `NAME.err.log`, of further instances as `NAME.1.out.log`; a process that wrote nothing has none. Throws FAILED. */
export function copyLogs(folder: string, views: readonly ProcessView[]): void {
  for (const { name, instance, logs } of views) {
    const base = join(folder, instance > 0 ? `${name}.${instance}` : name);
    for (const [stream, file] of Object.entries(logs)) if (hasContent(file)) copyLog(file, `${base}.${stream}.log`);
  }
}

/** Writes the report. Throws FAILED. */
export function writeReport(path: string, xml: string): void {
  try {
    writeFileSync(path, xml);
  } catch (error) {
    throw new GhostError("FAILED", `cannot write ${path}: ${(error as Error).message}`, { hint: "mend --junit FILE" });
  }
}

function copyLog(file: string, to: string): void {
  try {
    copyFileSync(file, to);
  } catch (error) {
    throw new GhostError("FAILED", `cannot write ${to}: ${(error as Error).message}`, { hint: "mend --logs FOLDER" });
  }
}

function hasContent(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

function makeFolder(path: string, option: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new GhostError("FAILED", `cannot make ${path}: ${(error as Error).message}`, { hint: `mend ${option}` });
  }
}
