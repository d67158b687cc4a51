import type { ForegroundRun } from "../../runtime/foreground/run.ts";
import { hasTerminalSignals, isHangUpIgnored } from "../../runtime/process/on-terminal.ts";
import { isTerminal } from "../output/terminal.ts";

/** Keys of a terminal: it sends their signals to the program as well. */
const KEYS = ["SIGINT", "SIGQUIT"] as const;
/** Mean to a program what it makes of them. */
const PLAIN = ["SIGUSR1", "SIGUSR2"] as const;

/**
 * Hands what people and service managers send to this program on to the one that it runs. SIGTERM asks it to end, within the time that its definition
 * gives it; a second one makes it. The end of the terminal asks, too: a program has no more reason to fall by it than by SIGTERM. ^Z, ^\ and the size of the window need nobody: the terminal tells the whole process group.
 */
export function passSignals(run: ForegroundRun): void {
  for (const key of KEYS) process.on(key, () => run.interrupted(key, !hasTerminalSignals(isTerminal(0))));
  if (!isHangUpIgnored()) process.on("SIGHUP", () => run.endGently("SIGHUP"));
  process.on("SIGTERM", () => run.stop("SIGTERM"));
  for (const signal of PLAIN) process.on(signal, () => run.pass(signal));
}
