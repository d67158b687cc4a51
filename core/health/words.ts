import type { HealthCheck } from "../config/definition.ts";
import { formatDuration } from "../config/units.ts";
import type { Verdict } from "./thresholds.ts";

/** Characters that are kept of what a program or a server said of itself. */
export const SAID_CHARACTERS_MAX = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const COLOURS = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

/** What a program said, as one short line that harms no terminal. */
export function said(text: string): string {
  const line = text.replace(COLOURS, "").replace(CONTROLS, " ").trim();
  return line.length <= SAID_CHARACTERS_MAX ? line : `${line.slice(0, SAID_CHARACTERS_MAX)}…`;
}

/** What the last answer said, and how long it took. */
export interface AnswerWords {
  /** `200 OK`, `exited with code 1`. */
  readonly detail: string;
  /** What a command wrote last. */
  readonly wrote?: string;
  readonly latencyMs: number;
  /** Whether the time says something. */
  readonly timed: boolean;
}

/** An answer in one phrase: `200 OK in 3 ms`, `exited with code 0 in 12 ms: PONG`; the time only of those that pass. */
export function describeAnswer({ detail, wrote, latencyMs, timed }: AnswerWords, passed: boolean): string {
  const time = timed && passed ? ` in ${formatLatency(latencyMs)}` : "";
  return detail + time + (wrote ? `: ${wrote}` : "");
}

function formatLatency(ms: number): string {
  return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
}

/**
 * A verdict as `why` tells it: `healthy: 200 OK in 3 ms`, `unhealthy: 3 failures in a row, the last: connection refused at
 * 127.0.0.1:8000`. `answer`: the last one; null when there was none.
 */
export function describeVerdict(verdict: Verdict, answer: AnswerWords | null, check: Pick<HealthCheck, "startGraceMs">): string {
  const words = answer === null ? null : describeAnswer(answer, verdict.to === "healthy");
  if (verdict.to === "healthy") return `healthy: ${words}`;
  if (verdict.because === "failures")
    return verdict.failures === 1 ? `unhealthy: ${words}` : `unhealthy: ${verdict.failures} failures in a row, the last: ${words}`;
  const last = words === null ? "nothing has answered" : `the last answer: ${words}`;
  return `unhealthy: not healthy within ${formatDuration(check.startGraceMs)} of its start; ${last}`;
}
