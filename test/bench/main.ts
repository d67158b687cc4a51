/**
 * `npm run bench`: Ghost's figures beside those of PM2, supervisord and redis-server, on this machine, with the same work. The table goes
 * to stdout, progress to stderr, everything to `dist/bench.json`. A missed target is a result; a measurement that fails is exit code 1.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../rig/ghost.ts";
import type { Contender } from "./contenders/contender.ts";
import { ghostContender } from "./contenders/ghost.ts";
import { isOfHub } from "./figures.ts";
import { cannotMeasureHub, measureHub } from "./hub/run.ts";
import { Interrupted, interruption } from "./interrupt.ts";
import { type Options, readOptions } from "./options.ts";
import { beginOutcome, figureOutcomes, type Outcome, rowsOf } from "./outcome.ts";
import { findPeers, type Peer } from "./peers.ts";
import { Samples } from "./samples.ts";
import { type Run, runScenario, SCENARIOS, type Scenario } from "./scenarios.ts";
import { renderTable } from "./table.ts";

/** As a shell's for a command that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

const say = (line: string): void => console.error(line);
process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  try {
    return await bench(readOptions(words));
  } catch (error) {
    say(reason(error));
    // What was under way when the interruption came would keep the event loop going.
    if (error instanceof Interrupted) process.exit(EXIT_INTERRUPTED);
    return 2;
  }
}

async function bench(options: Options): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "gb-program-"));
  try {
    return await benchContenders(ghostContender(folder), options.peers ? findPeers(say) : [], options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchContenders(ghost: Contender, peers: readonly Peer[], options: Options): Promise<number> {
  const contenders = [ghost, ...peers.flatMap((peer) => ("contender" in peer ? [peer.contender] : []))];
  const begun = beginOutcome(options, Object.fromEntries(contenders.map(({ name, version }) => [name, version])));
  const skipped = peers.flatMap((peer) => ("skipped" in peer ? [`${peer.name} is not measured: ${peer.skipped}`] : []));
  const samples = new Samples();
  const run = { samples, options, interrupted: interruption() };
  const failures = await measureAll(contenders, run);
  if (cannotMeasureHub === null) failures.push(...(await measureHub(ghost, run, say)));
  else skipped.push(`the hub is not measured: ${cannotMeasureHub}`);
  const names = contenders.map(({ name }) => name);
  const rows = rowsOf(samples, [...names, "redis"]);
  const [ofHub, others] = [rows.filter(({ id }) => isOfHub(id)), rows.filter(({ id }) => !isOfHub(id))];
  const tables = [
    others.length > 0 ? renderTable(others, names.slice(1)) : [],
    ofHub.length > 0 ? ["", ...renderTable(ofHub, ["redis"])] : [],
  ];
  tell({ ...begun, notes: [...skipped, ...failures], figures: figureOutcomes(rows) }, tables.flat());
  return failures.length === 0 ? 0 : 1;
}

/** Contenders take turns within a repetition, so that what changes on the machine meanwhile falls on all of them. */
async function measureAll(contenders: readonly Contender[], run: Run): Promise<string[]> {
  const { options } = run;
  const failures: string[] = [];
  const wanted = SCENARIOS.filter(({ measures }) => measures.some((measure) => options.measures.has(measure)));
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    for (const scenario of wanted) {
      for (const contender of contenders.filter(({ name }) => takesPart(scenario, name, options, repeat))) {
        say(`${repeat + 1}/${options.repeats} ${contender.name}: ${scenario.name}`);
        const failure = await runScenario(scenario, contender, run, repeat).catch((error: unknown) => error);
        if (failure instanceof Interrupted) throw failure;
        if (failure !== undefined) failures.push(`${contender.name} failed with ${scenario.name}: ${reason(failure)}`);
      }
    }
  }
  return failures;
}

function takesPart(scenario: Scenario, name: string, options: Options, repeat: number): boolean {
  return name === "ghost" || scenario.forPeers(options, repeat);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tell(outcome: Outcome, table: readonly string[]): void {
  const { machine, versions, notes, quick } = outcome;
  const words = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryMegabytes} MB, ${machine.kernel}, ${machine.fileSystem}`);
  console.log(`${words.join(", ")}; spawning /bin/true takes ${machine.spawnMs.toFixed(1)} ms`);
  if (machine.busy) console.log(`the machine was busy (load ${machine.load.toFixed(1)}): times are too long`);
  if (quick) console.log("a quick run: a first look, no verdict");
  console.log(["", ...table, ...(notes.length > 0 ? [""] : []), ...notes].join("\n"));
  const file = join(ROOT, "dist", "bench.json");
  mkdirSync(join(ROOT, "dist"), { recursive: true });
  writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`);
  say(`written to ${file}`);
}
