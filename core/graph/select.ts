import picomatch from "picomatch";
import { nearest } from "../config/suggest.ts";
import { GhostError } from "../errors/ghost-error.ts";

/** What names are matched against: one instance of a process. */
export interface Selectable {
  readonly project: string;
  readonly name: string;
  /** Default 0. */
  readonly instance?: number;
  /** The file that declares it, where that is known. */
  readonly source?: string | null;
  /** Ghost's own: meant by its full name alone, never by `all`, a glob or a bare name. Default false. */
  readonly own?: boolean;
}

/** One of those that an ambiguous name may mean, as `details.candidates` of the error holds them. */
export interface Candidate {
  /** `project/name`. */
  readonly name: string;
  readonly source: string | null;
}

/** Of more candidates than this only so many are named in the message. */
const CANDIDATES_NAMED_MAX = 5;

/** Processes that one name stands for. */
export interface SelectableGroup {
  readonly project: string;
  readonly name: string;
  readonly processes: readonly string[];
}

/**
 * The processes that `names` mean, each once, in the order of `available`: a name (all its instances), `name:N` (one),
 * `project/name`, a group, a glob over names, or `all`. Throws NOT_FOUND for a name that fits nothing (a glob that fits
 * nothing, too), USAGE for a bare name that several projects have, with them as `details.candidates`.
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
  if (name === "all") return available.filter(isPeoples);
  if (/[*?[\]{}]/.test(name)) return orNoMatch(name, selectByGlob(name, available), available);
  const [, bare = name, instance] = /^(.*?)(?::(\d+))?$/.exec(name) ?? [];
  const found = available.filter((process) => goesBy(process, bare) && (instance === undefined || process.instance === Number(instance)));
  const members = instance === undefined ? groups.filter((group) => goesBy(group, name)) : [];
  const candidates = new Map([...found, ...members].map((each): [string, Selectable] => [`${each.project}/${each.name}`, each]));
  if (candidates.size > 1) throw ambiguous(name, candidates);
  const group = members[0];
  if (!group) return orNotFound(name, found, available, groups);
  return available.filter((process) => isPeoples(process) && process.project === group.project && group.processes.includes(process.name));
}

function ambiguous(name: string, found: ReadonlyMap<string, Selectable>): GhostError {
  const candidates = [...found].map(([full, { source }]): Candidate => ({ name: full, source: source ?? null }));
  const named = candidates.slice(0, CANDIDATES_NAMED_MAX).map((candidate) => candidate.name);
  const last = candidates.length > named.length ? `${candidates.length - named.length} more` : (named.pop() ?? "");
  return new GhostError("USAGE", `cannot tell which ${name} is meant: ${named.join(", ")} and ${last} have that name`, {
    hint: `write ${candidates[0]?.name}`,
    details: { candidates },
  });
}

function goesBy(named: Selectable, name: string): boolean {
  return (named.name === name && isPeoples(named)) || `${named.project}/${named.name}` === name;
}

/** Registered by people. */
function isPeoples({ own }: Selectable): boolean {
  return own !== true;
}

function selectByGlob<T extends Selectable>(glob: string, available: readonly T[]): T[] {
  const matches = picomatch(glob);
  return available.filter(
    (process) => isPeoples(process) && matches(glob.includes("/") ? `${process.project}/${process.name}` : process.name),
  );
}

function orNotFound<T extends Selectable>(name: string, found: T[], available: readonly T[], groups: readonly SelectableGroup[]): T[] {
  if (found.length > 0) return found;
  throw new GhostError("NOT_FOUND", `cannot find ${name}: no process has that name`, { hint: hintFor(name, available, groups) });
}

function orNoMatch<T extends Selectable>(glob: string, found: T[], available: readonly T[]): T[] {
  if (found.length > 0) return found;
  throw new GhostError("NOT_FOUND", `cannot find ${glob}: nothing matches`, { hint: hintFor(null, available, []) });
}

function hintFor(name: string | null, all: readonly Selectable[], groups: readonly SelectableGroup[]): string {
  const own = all.find((process) => process.name === name);
  if (own) return `Ghost's own is called ${own.project}/${own.name}`;
  const available = all.filter(isPeoples);
  if (available.length === 0) return "nothing is registered yet: ghost register FILE, or ghost start PROGRAM";
  if (name !== null && available.some(({ project }) => project === name))
    return `${name} is a project: write '${name}/*' for all that is in it`;
  const names = [...available, ...groups].map((each) => each.name);
  const near = name === null ? null : nearest(name, names);
  return near === null ? "ghost list shows what is registered" : `did you mean ${near}?`;
}
