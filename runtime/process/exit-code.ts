import { constants } from "node:os";

/** What shells add to the number of the signal that ended a program. */
const SIGNAL_BASE = 128;

/** How a run ended as one number, as shells have it: its exit code, or 128 and the signal's number; null where it has not ended or nobody knows. */
export function exitCodeOf({
  exitCode,
  exitSignal,
}: {
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
}): number | null {
  return exitSignal === null ? exitCode : signalExitCode(exitSignal as NodeJS.Signals);
}

/** 128 and the signal's number. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return SIGNAL_BASE + (constants.signals[signal] ?? 0);
}
