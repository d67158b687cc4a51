import type { ContenderName } from "./contenders/contender.ts";
import { FIGURES, type Figure, type FigureId, figure } from "./figures.ts";
import { describeMachine, type Machine, versions } from "./machine.ts";
import type { Options } from "./options.ts";
import type { Samples } from "./samples.ts";
import type { Summary } from "./statistics.ts";
import type { Row } from "./table.ts";
import { judge, type Verdict } from "./verdict.ts";

/** Everything that `dist/bench.json` holds. */
export interface Outcome {
  /** When the run began, ISO 8601 in UTC. */
  readonly at: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** Peers that were not measured, and measurements that failed, with their reasons. */
  readonly notes: readonly string[];
  readonly figures: Readonly<Partial<Record<FigureId, FigureOutcome>>>;
}

interface FigureOutcome extends Figure {
  /** Ghost's median against the target; absent when there is none of either. */
  readonly verdict?: Verdict;
  readonly summaries: Partial<Record<ContenderName, Summary>>;
}

/** The rows of what was measured at all. */
export function rowsOf(samples: Samples, names: readonly ContenderName[]): readonly (Row & { readonly id: FigureId })[] {
  const ids = Object.keys(FIGURES) as FigureId[];
  return ids
    .map((id) => ({ id, figure: figure(id), summaries: summariesOf(samples, id, names) }))
    .filter(({ summaries }) => Object.keys(summaries).length > 0);
}

function summariesOf(samples: Samples, id: FigureId, names: readonly ContenderName[]): Row["summaries"] {
  const entries = names.map((name) => [name, samples.summary(id, name)] as const).filter(([, summary]) => summary !== null);
  return Object.fromEntries(entries);
}

/** What is known before anything is measured. */
export function beginOutcome(options: Options, contenderVersions: Readonly<Record<string, string>>): Omit<Outcome, "notes" | "figures"> {
  return {
    at: new Date().toISOString(),
    quick: options.quick,
    machine: describeMachine(),
    versions: { ...contenderVersions, ...versions() },
  };
}

/** A figure as the JSON has it. */
export function figureOutcomes(rows: readonly (Row & { readonly id: FigureId })[]): Outcome["figures"] {
  return Object.fromEntries(rows.map(({ id, figure: known, summaries }) => [id, { ...known, ...verdictOf(known, summaries), summaries }]));
}

function verdictOf({ target }: Figure, { ghost, redis }: Row["summaries"]): { verdict?: Verdict } {
  const verdict = target && ghost ? judge(target, ghost.median, redis?.median) : null;
  return verdict ? { verdict } : {};
}
