/**
 * systemd runs ExecStop for `stop` and for `restart` alike and tells it nothing of the difference. But it keeps a list of its
 * jobs: while a unit is stopped in order to be started again, its job there is still called `restart`.
 */
import { runSystemCommand } from "../process/system-command.ts";

/** A service manager that does not answer within this time, in ms, is no reason to let a shutdown wait. */
const ASK_LIMIT_MS = 5_000;

/** True while systemd restarts this unit. When that cannot be learnt it is a stop: a machine that goes down must end its processes. */
export function isBeingRestarted(unit: string, manager: "system" | "user"): boolean {
  const scope = manager === "user" ? ["--user"] : [];
  const { code, stdout } = runSystemCommand(["systemctl", ...scope, "list-jobs", "--no-legend", "--plain", "--full"], {
    limitMs: ASK_LIMIT_MS,
  });
  return code === 0 && jobTypeOf(unit, stdout) === "restart";
}

/** The type of a unit's job (`start`, `stop`, `restart` …) in what `systemctl list-jobs` prints: `JOB UNIT TYPE STATE`; null when it has none. */
export function jobTypeOf(unit: string, text: string): string | null {
  for (const line of text.split("\n")) {
    const [, name, type] = line.trim().split(/\s+/);
    if (name === unit) return type ?? null;
  }
  return null;
}
