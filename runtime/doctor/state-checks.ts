import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Home } from "../daemon/home.ts";
import { fileProblem } from "../system/look-at.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

/** A state larger than this is not copied to be checked: the history is bounded far below. */
const STATE_BYTES_MAX = 512 * 1024 * 1024;

/** Reads a copy of `state.db` from end to end. The file itself is left alone: opening it would keep a daemon from starting. Not done while a daemon has it. */
export async function checkState(home: Home, daemonRuns: boolean): Promise<Finding[]> {
  if (!existsSync(home.stateFile)) return [good("state", "nothing was ever registered")];
  if (daemonRuns) return [good("state", "in use by the daemon, which checked it when it started")];
  const { size } = statSync(home.stateFile);
  if (size > STATE_BYTES_MAX)
    return [
      warning(
        "state",
        `${home.stateFile} is ${Math.round(size / 2 ** 20)}MB long and was not checked`,
        "such a state is out of the ordinary: attach ghost doctor --bundle to a bug report",
      ),
    ];
  return [await verifyCopy(home)];
}

async function verifyCopy(home: Home): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), "ghost-doctor-"));
  try {
    for (const suffix of ["", "-wal"])
      if (existsSync(home.stateFile + suffix)) copyFileSync(home.stateFile + suffix, join(folder, `state.db${suffix}`));
    const { openSqlite } = await import("../storage/sqlite/open.ts");
    (await openSqlite(join(folder, "state.db"))).close();
    return good("state", `${home.stateFile} is whole`);
  } catch (error) {
    if (!(error instanceof GhostError)) return unreadable(home, error);
    const damaged = error.code === "STATE_DAMAGED";
    const message = error.message.replaceAll(join(folder, "state.db"), home.stateFile);
    return problem(
      "state",
      damaged ? `${home.stateFile} is damaged: ${message}` : message,
      damaged ? "the next daemon sets it aside and goes on with data/definitions.json" : "ghost daemon logs",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unreadable({ stateFile }: Home, error: unknown): Finding {
  const { kind, text } = fileProblem(error);
  const hint = kind === "denied" ? `chmod u+rw ${stateFile}, or run ghost as its owner` : `ls -l ${stateFile} shows what stands there`;
  return problem("state", `${stateFile} cannot be read: ${text}`, hint);
}
