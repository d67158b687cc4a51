import { SqlGateway } from "../../runtime/hub/sql/gateway.ts";
import type { SqlLimits } from "../../runtime/hub/sql/limits.ts";
import { GHOST } from "../rig/ghost.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";
import { makeFolder } from "../storage/folder.ts";

/** A gateway whose processes are the program under test, and its folder. `await using` closes and removes both. */
export interface SqlRig extends AsyncDisposable {
  readonly gateway: SqlGateway;
  /** What the gateway reported. */
  readonly reports: readonly string[];
  /** The file of a namespace. */
  file(namespace: string): string;
  /** The pid of a namespace's process, which must be there. */
  pid(namespace: string): number;
}

/** Makes a gateway with some limits changed. */
export function makeSql(limits: Partial<SqlLimits> = {}): SqlRig {
  const folder = makeFolder();
  const reports: string[] = [];
  const gateway = new SqlGateway({ dataFolder: folder.path, command: GHOST, limits, report: (line) => reports.push(line) });
  const pidOf = (namespace: string) => gateway.status().find((status) => status.namespace === namespace)?.pid ?? null;
  return {
    gateway,
    reports,
    file: (namespace) => folder.file(`${namespace}.db`),
    pid(namespace) {
      const pid = pidOf(namespace);
      if (pid === null) throw new Error(`${namespace} has no process`);
      return pid;
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      folder[Symbol.dispose]();
    },
  };
}

/** Why a test that needs what only the system's own calls give (locks, the parent's death) cannot run; null where it can. */
export const withoutFfi =
  process.platform !== "linux" || /node|deno/.test(GHOST[0] ?? "") || process.env.GHOST_NO_FFI === "1" ? "needs FFI on Linux" : null;

/** Kills a process that the test started, and waits until it is gone. */
export async function killHard(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await waitFor(() => !isAlive(pid), { what: `process ${pid} to be gone` });
}

/** The rows of a result. */
export function rowsOf(result: string): unknown[][] {
  return (JSON.parse(result) as { rows: unknown[][] }).rows;
}

/** A statement that runs for about as many turns; a billion takes minutes. */
export function counting(turns: number): string {
  return `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${turns}) SELECT count(*) FROM n`;
}
