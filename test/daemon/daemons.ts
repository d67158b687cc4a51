/** What tests of the daemon look at: who it is, who it supervises, and how to end it badly. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessView, SystemView } from "../../core/api/wire.ts";
import type { Home } from "../rig/home.ts";
import { childrenOf, commandOf, isAlive, isStopped } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";

/** What `run/daemon.pid` says; null while there is none. */
export function addressOf(home: Pick<Home, "dir">): { readonly pid: number; readonly socket: string; readonly startedAt: string } | null {
  try {
    return JSON.parse(readFileSync(join(home.dir, "run", "daemon.pid"), "utf8"));
  } catch {
    return null;
  }
}

/** The daemon's account of itself. Never starts one. */
export async function systemOf(home: Home): Promise<SystemView> {
  return (await home.ok(["daemon", "status", "--json"])).json<SystemView>();
}

/** All processes by their names. */
export async function processes(home: Home): Promise<Record<string, ProcessView>> {
  const views = (await home.ok(["list", "--json"])).json<ProcessView[]>();
  return Object.fromEntries(views.map((view) => [view.name, view]));
}

/** The pids of all processes by their names. */
export async function pidsOf(home: Home): Promise<Record<string, number | null>> {
  return Object.fromEntries(Object.values(await processes(home)).map(({ name, pid }) => [name, pid]));
}

/** Kills the daemon as a crash would, and gives its pid once it is gone. */
export async function killDaemon(home: Pick<Home, "dir">): Promise<number> {
  const pid = addressOf(home)?.pid;
  // To kill 0 would be to kill the test's own group.
  if (pid === undefined) throw new Error("cannot kill the daemon: there is no address of one");
  process.kill(pid, "SIGKILL");
  await waitFor(() => !isAlive(pid), { what: `daemon ${pid} to be gone` });
  return pid;
}

/**
 * Kills a daemon together with its keeper, as a power cut would: nobody comes after it. The daemon is stopped first, because one
 * that has just begun to hold a new log starts another keeper at any moment.
 */
export async function killWithKeeper(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await waitFor(() => isStopped(pid), { what: `daemon ${pid} to stand still` });
  const keepers = childrenOf(pid).filter((child) => commandOf(child).includes("ghost-keeper"));
  for (const each of [...keepers, pid]) process.kill(each, "SIGKILL");
  await waitFor(() => [...keepers, pid].every((each) => !isAlive(each)), { what: "daemon and keeper to be gone" });
}

/** Waits, and asks nothing that could start one, until another daemon than `pid` answers; gives its pid. */
export async function untilBack(home: Home, pid: number, limitMs = 10_000): Promise<number> {
  const back = async (): Promise<number | false> => {
    const address = addressOf(home);
    return (
      address !== null &&
      address.pid !== pid &&
      isAlive(address.pid) &&
      (await home.ghost(["daemon", "status", "--json"])).code === 0 &&
      address.pid
    );
  };
  return waitFor(back, {
    what: "another daemon",
    limitMs,
    seen: () =>
      readFileSync(join(home.dir, "logs", "daemon.log"), "utf8")
        .split("\n")
        .slice(-8)
        .join("\n"),
  });
}
