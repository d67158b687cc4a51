import type { AppHealth, AppView, Beat, BeatOf } from "../../core/api/apps.ts";
import type { AppWord } from "../../core/lifecycle/app-word.ts";
import { pidOf, tokenOf } from "../../core/lifecycle/view.ts";
import type { Answer } from "../health/prober.ts";
import { redefine } from "./instances.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** What an app said last. */
export interface Heard {
  readonly atMs: number;
  /** The run that said it. */
  readonly pid: number;
  readonly ready: boolean | null;
  readonly health: AppHealth | null;
}

/**
 * Who beats: of the instances of an app of this name that run (one in the background, others in the foreground) the one that says which run it is. All of
 * them where nothing is said, as by an SDK of an older version: none is to be taken for silent because it cannot say so.
 */
export function findBeating(supervisor: Supervisor, { app, instance, beat }: BeatOf): Supervised[] {
  const all = [...supervisor.processes.values()];
  return all.filter(
    ({ definition, instance: own, machine }) =>
      definition.app?.monitored === true &&
      definition.name === app &&
      own === instance &&
      pidOf(machine) !== null &&
      (beat.run === undefined || beat.run === tokenOf(machine)),
  );
}

/** Takes what a running app says with a beat into account, and gives the beat as an answer to its check. */
export function hear(supervisor: Supervisor, process: Supervised, beat: Beat): Answer {
  const { ready = null, health = null } = beat;
  process.heard = { atMs: Date.now(), pid: pidOf(process.machine) ?? 0, ready, health };
  const word = wordOf(beat, process.word);
  if (JSON.stringify(word) !== JSON.stringify(process.word)) {
    process.word = word;
    redefine(supervisor, process);
  }
  return answerOf(beat);
}

/** A beat without a word about itself (of a program that is no GhostApp) changes nothing. */
function wordOf({ isService, autoRestart }: Beat, before: AppWord | null): AppWord | null {
  return typeof isService === "boolean" ? { isService, autoRestart: autoRestart !== false } : before;
}

function answerOf({ ready, health }: Beat): Answer {
  if (ready === false) return { ok: false, detail: "it says that it is not ready" };
  if (health?.status !== "unhealthy") return { ok: true, detail: health?.status === "degraded" ? "it beats, degraded" : "it beats" };
  const failed = Object.entries(health.checks).filter(([, { status }]) => status === "unhealthy");
  const words = failed.map(([name, { error }]) => (error ? `${name}: ${error}` : name));
  return { ok: false, detail: `it says that it is unhealthy${words.length > 0 ? `: ${words.join(", ")}` : ""}` };
}

/** What `ghost status NAME` shows of an app. */
export function appViewOf({ definition: { app }, heard, machine }: Supervised): AppView | null {
  if (!app) return null;
  const { app: names = {}, core = {} } = JSON.parse(app.config);
  const said = heard !== null && heard.pid === pidOf(machine) ? heard : null;
  return {
    file: app.file,
    name: names.name,
    description: names.description ?? null,
    version: names.version ?? null,
    mode: core.mode,
    grants: app.grants,
    beatAt: said && new Date(said.atMs).toISOString(),
    ready: said?.ready ?? null,
    health: said?.health ?? null,
  };
}
