import { GhostError } from "../../core/errors/ghost-error.ts";

/** What the states of ps(1) in which a process answers nobody mean. */
const STATES: Readonly<Record<string, string>> = {
  T: "is stopped",
  t: "is stopped by a debugger",
  D: "waits for a disk or a network that does not answer",
};

/** The error of a daemon that takes requests, because the system does, and does not answer them. It names the remedy where the daemon does not even run. */
export async function silent(pid: number | undefined, limitMs: number): Promise<GhostError> {
  const who = pid === undefined ? "the daemon" : `the daemon (pid ${pid})`;
  return new GhostError("TIMED_OUT", `cannot get an answer: ${who} was silent for ${limitMs / 1000} s`, {
    hint: (await stateHint(pid)) ?? "ghost daemon logs, ghost doctor",
  });
}

async function stateHint(pid: number | undefined): Promise<string | null> {
  // Loaded only here: on the way of every command it would be paid for by all.
  const { readProcess } = await import("../process/table.ts");
  const state = pid === undefined ? undefined : readProcess(pid)?.state;
  if (state === undefined || STATES[state] === undefined) return null;
  const remedy = state === "T" ? `kill -CONT ${pid}; what was asked is done then` : "what was asked is done when it goes on";
  return `pid ${pid} ${STATES[state]} (${state}): ${remedy}`;
}
