/** What the tests of supervision ask again and again of a home's processes. */
import { existsSync, readFileSync } from "node:fs";
import { stringify } from "yaml";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import type { Outcome } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

/** A process of a `processes.yaml`, by its keys. */
export type Declared = Readonly<Record<string, unknown>> & { readonly name: string };

/** Writes the home's `processes.yaml` (project `shop`), which `register` then reads; gives its path. */
export function declare(home: Home, ...processes: readonly Declared[]): string {
  return home.write("processes.yaml", stringify({ project: "shop", processes }));
}

/** Declares, registers and starts these processes; what became of it is in the outcome. */
export function launch(home: Home, ...processes: readonly Declared[]): Promise<Outcome> {
  declare(home, ...processes);
  return home.ghost(["register", "--start"]);
}

/** One process as `list` shows it. */
export async function view(home: Home, name: string): Promise<ProcessView> {
  const [found] = (await home.ok(["list", name, "--json"])).json<ProcessView[]>();
  if (!found) throw new Error(`list shows no ${name}`);
  return found;
}

/** Waits until a process is as `condition` says; gives it as it then was. */
export async function untilView(
  home: Home,
  name: string,
  condition: (process: ProcessView) => boolean,
  limitMs?: number,
): Promise<ProcessView> {
  let last: ProcessView | undefined;
  await waitFor(async () => condition((last = await view(home, name))), {
    what: `${name} to be as ${condition}`,
    pauseMs: 25,
    ...(limitMs !== undefined && { limitMs }),
    seen: () => last,
  });
  return last as ProcessView;
}

/** Waits until a process has this status. */
export function untilStatus(home: Home, name: string, status: ProcessView["status"], limitMs?: number): Promise<ProcessView> {
  return untilView(home, name, (process) => process.status === status, limitMs);
}

/** The timeline of a process, oldest first. */
export async function history(home: Home, name: string): Promise<HistoryEntry[]> {
  return (await home.ok(["why", name, "-n", "200", "--json"])).json<HistoryEntry[]>();
}

/** Waits for a file that a program writes, and gives its lines. */
export async function untilLines(path: string, count = 1, limitMs?: number): Promise<string[]> {
  const lines = (): string[] => (existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : []);
  await waitFor(() => lines().length >= count, {
    what: `${count} lines in ${path}`,
    seen: lines,
    ...(limitMs !== undefined && { limitMs }),
  });
  return lines();
}

/** The daemon's pid. */
export async function daemonPid(home: Home): Promise<number> {
  return (await home.ok(["daemon", "status", "--json"])).json<{ pid: number }>().pid;
}
