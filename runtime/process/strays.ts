import { setTimeout as delay } from "node:timers/promises";
import { isOwnName } from "../../core/config/own-processes.ts";
import { commandLineOf, environmentOf } from "./environ.ts";
import { signalProcess } from "./signal.ts";
import { type ProcessEntry, readProcessTable } from "./table.ts";

/** What is about to end by itself is given so long before it counts as left behind, in ms. */
const GRACE_MS = 1_000;
const LOOK_MS = 20;

/** A process of a home that lives on though all that the home supervises was stopped. */
export interface Stray {
  readonly pid: number;
  /** The command line; the kernel's short name where that cannot be read. */
  readonly command: string;
  /** Name of the supervised process that it comes from; null where its environment does not tell. */
  readonly from: string | null;
}

/** Ends by SIGKILL, and names, whoever belongs to a home (by its environment, or as a descendant of its daemon) and does not end by itself. Call it when nothing is supervised any more. */
export async function endStrays(home: string, daemonPid: number | null = process.pid): Promise<Stray[]> {
  const deadline = performance.now() + GRACE_MS;
  let found = findStrays(home, daemonPid);
  while (found.length > 0 && performance.now() < deadline) {
    await delay(LOOK_MS);
    found = findStrays(home, daemonPid);
  }
  // Looked at first: a process that was killed has no command line any more.
  const strays = found.map((entry) => ({
    pid: entry.pid,
    command: commandLineOf(entry.pid).join(" ") || entry.command,
    from: environmentOf(entry.pid).get("GHOST_NAME") ?? null,
  }));
  for (const entry of found) signalProcess(entry, "SIGKILL");
  return strays;
}

function findStrays(home: string, daemonPid: number | null): ProcessEntry[] {
  const table = readProcessTable();
  const descendants = new Set(daemonPid === null ? [] : table.treeOf([daemonPid]).map(({ pid }) => pid));
  return [...table.entries.values()].filter((entry) => {
    if (entry.state === "Z" || entry.pid === process.pid || entry.pid === daemonPid) return false;
    const environment = environmentOf(entry.pid);
    // The daemon and its keeper.
    if (environment.has("GHOST_DAEMON")) return false;
    // The hub, and whatever it starts: a daemon that lives ends it last.
    if (daemonPid !== null && isOwnName({ project: environment.get("GHOST_PROJECT") ?? "", name: environment.get("GHOST_NAME") ?? "" }))
      return false;
    return descendants.has(entry.pid) || environment.get("GHOST_HOME") === home;
  });
}
