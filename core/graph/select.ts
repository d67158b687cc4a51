import picomatch from "picomatch";
import { nearest } from "../config/suggest.ts";
import { GhostError } from "../errors/ghost-error.ts";

/** What names are matched against. */
export interface Selectable {
  readonly project: string;
  readonly name: string;
}

/**
 * The processes that `names` mean, each once, in the order of `available`: a name, `project/name`, a glob over either,
 * or `all`. Throws NOT_FOUND for a name that fits nothing (a glob that fits nothing, too), USAGE for a bare name that
 * several projects have.
 */
export function selectProcesses<T extends Selectable>(names: readonly string[], available: readonly T[]): T[] {
  const chosen = new Set(names.flatMap((name) => selectOne(name, available)));
  return available.filter((process) => chosen.has(process));
}

function selectOne<T extends Selectable>(name: string, available: readonly T[]): T[] {
  if (name === "all") return [...available];
  if (/[*?[\]{}]/.test(name)) return orNotFound(name, selectByGlob(name, available), available);
  const found = available.filter((process) => process.name === name || `${process.project}/${process.name}` === name);
  if (found.length <= 1) return orNotFound(name, found, available);
  const full = found.map((process) => `${process.project}/${process.name}`);
  throw new GhostError("USAGE", `cannot tell which ${name} is meant: ${full.join(" and ")} have that name`, { hint: `write ${full[0]}` });
}

function selectByGlob<T extends Selectable>(glob: string, available: readonly T[]): T[] {
  const matches = picomatch(glob);
  return available.filter((process) => matches(glob.includes("/") ? `${process.project}/${process.name}` : process.name));
}

function orNotFound<T extends Selectable>(name: string, found: T[], available: readonly T[]): T[] {
  if (found.length > 0) return found;
  throw new GhostError("NOT_FOUND", `cannot find ${name}: no process has that name`, { hint: hintFor(name, available) });
}

function hintFor(name: string, available: readonly Selectable[]): string {
  if (available.length === 0) return "nothing is registered yet: ghost register FILE, or ghost start PROGRAM";
  const near = nearest(
    name,
    available.map((process) => process.name),
  );
  return near === null ? "ghost list shows what is registered" : `did you mean ${near}?`;
}
