import { MEASURES, type Measure } from "./figures.ts";

/** What a run does, how often and how long. */
export interface Options {
  readonly measures: ReadonlySet<Measure>;
  readonly peers: boolean;
  readonly quick: boolean;
  /** How often everything is set up anew. */
  readonly repeats: number;
  /** Timed runs of each command line per set-up. */
  readonly commandRuns: number;
  /** Children killed per set-up. */
  readonly kills: number;
  /** How long the idle daemon is watched, in milliseconds; once per contender. */
  readonly idleMs: number;
  /** Whether the peers supervise a thousand children too, once; it takes them long. */
  readonly peersThousand: boolean;
}

const FULL = { quick: false, repeats: 3, commandRuns: 25, kills: 25, idleMs: 60_000, peersThousand: true };
/** About a minute in all: for a first look, not for a verdict. */
const QUICK = { quick: true, repeats: 1, commandRuns: 9, kills: 7, idleMs: 6_000, peersThousand: false };

/** How to call the bench, for people. */
export const USAGE = `usage: npm run bench -- [--quick] [--no-peers] [--only ${MEASURES.join(",")}]`;

/** Reads the command line; an unknown word is an error that shows the usage. */
export function readOptions(words: readonly string[]): Options {
  const rest = [...words];
  let options: Options = { ...FULL, measures: new Set(MEASURES), peers: true };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--quick") options = { ...options, ...QUICK };
    else if (word === "--no-peers") options = { ...options, peers: false };
    else if (word === "--only") options = { ...options, measures: readMeasures(rest.shift() ?? "") };
    else throw new Error(`cannot understand ${word}; ${USAGE}`);
  }
  return options;
}

function readMeasures(list: string): ReadonlySet<Measure> {
  return new Set(list.split(",").map(readMeasure));
}

function readMeasure(name: string): Measure {
  const measure = MEASURES.find((known) => known === name);
  if (measure === undefined) throw new Error(`cannot measure "${name}"; ${USAGE}`);
  return measure;
}
