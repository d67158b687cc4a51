import picomatch from "picomatch";
import { nearest } from "../config/suggest.ts";
import { GhostError } from "../errors/ghost-error.ts";

/** What names are matched against: one instance of a process. */
export interface Selectable {
  readonly project: string;
  readonly name: string;
  /** Default 0. */
  readonly instance?: number;
}

/** Processes that one name stands for. */
export interface SelectableGroup {
  readonly project: string;
  readonly name: string;
  readonly processes: readonly string[];
}

/**
 * The processes that `names` mean, each once, in the order of `available`: a name (all its instances), `name:N` (one),
 * `project/name`, a group, a glob over names, or `all`. Throws NOT_FOUND for a name that fits nothing (a glob that fits
 * nothing, too), USAGE for a bare name that several projects have.
 */
export function selectProcesses<T extends Selectable>(
  names: readonly string[],
  available: readonly T[],
  groups: readonly SelectableGroup[] = [],
): T[] {
  const chosen = new Set(names.flatMap((name) => selectOne(name, available, groups)));
  return available.filter((process) => chosen.has(process));
}

function selectOne<T extends Selectable>(name: string, available: readonly T[], groups: readonly SelectableGroup[]): T[] {
  if (name === "all") return [...available];
  if (/[*?[\]{}]/.test(name)) return orNotFound(name, selectByGlob(name, available), available, groups);
  const [, bare = name, instance] = /^(.*?)(?::(\d+))?$/.exec(name) ?? [];
  const found = available.filter((process) => goesBy(process, bare) && (instance === undefined || process.instance === Number(instance)));
  const members = instance === undefined ? groups.filter((group) => goesBy(group, name)) : [];
  const full = [...new Set([...found, ...members].map((each) => `${each.project}/${each.name}`))];
  if (full.length > 1)
    throw new GhostError("USAGE", `cannot tell which ${name} is meant: ${full.join(" and ")} have that name`, { hint: `write ${full[0]}` });
  const group = members[0];
  if (!group) return orNotFound(name, found, available, groups);
  return available.filter((process) => process.project === group.project && group.processes.includes(process.name));
}

function goesBy(named: { readonly project: string; readonly name: string }, name: string): boolean {
  return named.name === name || `${named.project}/${named.name}` === name;
}

function selectByGlob<T extends Selectable>(glob: string, available: readonly T[]): T[] {
  const matches = picomatch(glob);
  return available.filter((process) => matches(glob.includes("/") ? `${process.project}/${process.name}` : process.name));
}

function orNotFound<T extends Selectable>(name: string, found: T[], available: readonly T[], groups: readonly SelectableGroup[]): T[] {
  if (found.length > 0) return found;
  throw new GhostError("NOT_FOUND", `cannot find ${name}: no process has that name`, { hint: hintFor(name, available, groups) });
}

function hintFor(name: string, available: readonly Selectable[], groups: readonly SelectableGroup[]): string {
  if (available.length === 0) return "nothing is registered yet: ghost register FILE, or ghost start PROGRAM";
  const near = nearest(
    name,
    [...available, ...groups].map((each) => each.name),
  );
  return near === null ? "ghost list shows what is registered" : `did you mean ${near}?`;
}
