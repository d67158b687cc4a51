/** What the end of a process means to the statements that it had in hand. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { PipedEnd } from "../../process/piped-process.ts";

/** SQL_TIMEOUT. */
export function tooLate(limitMs: number): GhostError {
  return new GhostError("SQL_TIMEOUT", `cannot finish the statement: it was stopped after ${limitMs} ms, and nothing of it was kept`, {
    hint: "an index may help, or smaller steps; EXPLAIN QUERY PLAN tells what SQLite does",
  });
}

/** SQL_FAILED. */
export function died(how: string, times: number): GhostError {
  return new GhostError("SQL_FAILED", `cannot finish the statement: ${how}, ${times} times; nothing of it was kept`);
}

/** SQL_UNCERTAIN. */
export function uncertain(how: string): GhostError {
  return new GhostError("SQL_UNCERTAIN", `cannot tell whether the statement took effect: ${how} while it was being committed`, {
    hint: "look whether it is there before you run it again",
  });
}

/** How a process ended, as the end of a sentence. */
export function manner({ code, signal, lastLine }: PipedEnd): string {
  const ended =
    signal !== null
      ? `the process that ran it was ended by ${signal}`
      : code !== null
        ? `the process that ran it ended with ${code}`
        : lastLine;
  return lastLine && ended !== lastLine ? `${ended} (${lastLine})` : ended;
}
