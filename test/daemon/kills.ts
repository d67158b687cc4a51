/** Kills the daemon again and again while its children write, crash and go on, and then checks every line, start and counter. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { contentOf } from "../logs/place.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { Random } from "../rig/random.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { killDaemon, processes, untilBack } from "./daemons.ts";

const WRITER = fileURLToPath(new URL("./programs/writer.sh", import.meta.url));
const CHILDREN = 20;
/** How soon a killed daemon is back, whatever happens, in ms; the machine may have other things to do, too. */
const BACK_MS_MAX = 10_000;
/** The longest pause between two kills, in ms. */
const PAUSE_MS_MAX = 1_200;

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

interface Child {
  readonly name: string;
  /** Rounds until it crashes; 0: never. */
  readonly life: number;
  readonly lines: number;
  readonly pauseSeconds: number;
}

/** Throws an assertion when anything was lost, doubled, started twice or restarted without need. */
export async function killAgainAndAgain({ kills, seed, say }: KillOptions): Promise<void> {
  await using home = makeHome();
  const random = new Random(seed);
  const children = Array.from({ length: CHILDREN }, (_, index) => makeChild(index, random));
  await startChildren(home, children);
  const first = await processes(home);
  let before = first;
  for (let kill = 1; kill <= kills; kill += 1) {
    await pause(random.next() * PAUSE_MS_MAX);
    const killed = await killDaemon(home);
    const atMs = performance.now();
    await untilBack(home, killed, BACK_MS_MAX);
    say(`kill ${kill}: back after ${Math.round(performance.now() - atMs)} ms`);
    before = await checkViews(home, children, first, before);
  }
  await stopWriting(home, children);
  const last = await processes(home);
  assert.not(existsSync(join(home.work, "twice")), "a process ran twice");
  for (const child of children) checkChild(home, child, last[child.name] as ProcessView);
}

function makeChild(index: number, random: Random): Child {
  const crashes = index % 4 === 3;
  const fast = index % 3 === 0;
  return {
    name: `w${index}`,
    life: crashes ? 5 + Math.floor(random.next() * 60) : 0,
    lines: fast ? 200 + Math.floor(random.next() * 800) : 1,
    pauseSeconds: fast ? 0.05 : 0.02 + random.next() * 0.2,
  };
}

async function startChildren(home: Home, children: readonly Child[]): Promise<void> {
  const entries = children.map(
    ({ name, lines, pauseSeconds, life }) =>
      `  - { name: ${name}, executable: ${WRITER}, args: [${home.work}, ${name}, "${lines}", "${pauseSeconds.toFixed(3)}", "${life}"], type: service,\n` +
      "      restart: { policy: on-failure, delay: 20ms, max_delay: 300ms }, logs: { max_size: 200KB, max_files: 1000 } }",
  );
  home.write("processes.yaml", `project: soak\nprocesses:\n${entries.join("\n")}\n`);
  await home.ok(["register", "--start"]);
}

/** Whoever does not crash is the same as at the beginning; counters never go back. */
async function checkViews(home: Home, children: readonly Child[], first: Record<string, ProcessView>, before: Record<string, ProcessView>) {
  const now = await processes(home);
  assert.is(Object.keys(now).length, children.length);
  for (const { name, life } of children) {
    const view = now[name] as ProcessView;
    assert.ok(view.restarts >= (before[name] as ProcessView).restarts, `${name}: the restart counter went back`);
    if (life === 0) assert.equal([view.pid, view.restarts, view.status], [first[name]?.pid, 0, "running"], `${name} was touched`);
  }
  return now;
}

async function stopWriting(home: Home, children: readonly Child[]): Promise<void> {
  writeFileSync(join(home.work, "stop"), "");
  const ended = async (): Promise<boolean> => Object.values(await processes(home)).every(({ status }) => status === "exited");
  await waitFor(ended, {
    what: `${children.length} writers to end`,
    limitMs: 20_000,
    pauseMs: 50,
    seen: async () => Object.values(await processes(home)).map(({ name, status, why }) => [name, status, why]),
  });
}

function checkChild(home: Home, { name }: Child, view: ProcessView): void {
  const starts = readFileSync(join(home.work, `${name}.starts`), "utf8")
    .trim()
    .split("\n");
  assert.is(view.restarts, starts.length - 1, `${name}: ${starts.length} starts`);
  assert.not(readdirSync(home.work).includes(`${name}.lock`));
  for (const file of [view.logs.out, view.logs.err]) checkLines(file, starts);
}

/** The runs' lines, each run whole and in order: 1, 2, … N, "last N". */
function checkLines(file: string, starts: readonly string[]): void {
  const lines = contentOf(file).toString().split("\n");
  assert.is(lines.pop(), "", `${file} ends in the middle of a line`);
  let at = 0;
  for (const pid of starts) {
    let number = 0;
    while (lines[at] === `${pid} ${number + 1}`) [at, number] = [at + 1, number + 1];
    assert.is(lines[at], `${pid} last ${number}`, `${file}:${at + 1}, after line ${number} of pid ${pid}`);
    at += 1;
  }
  assert.is(at, lines.length, `${file} has more lines than were written`);
}
