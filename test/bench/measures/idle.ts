import { pause } from "../../rig/wait.ts";
import type { Session } from "../session.ts";
import { threadCpuMs } from "../usage.ts";

/** The CPU that daemon and helpers use while nothing happens for `idleMs`, in percent of one core. */
export async function idlePercent(session: Session, idleMs: number): Promise<number> {
  const pids = session.supervisorPids();
  const [usedMs, startedMs] = [threadCpuMs(pids), performance.now()];
  await pause(idleMs);
  return ((threadCpuMs(pids) - usedMs) / (performance.now() - startedMs)) * 100;
}
