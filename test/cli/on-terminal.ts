import { fileURLToPath } from "node:url";
import { GHOST, type Outcome, run } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";

const SCRIPT = fileURLToPath(new URL("terminal.py", import.meta.url));
/** Seconds that one command on a terminal may take. */
const LIMIT_S = 15;

/** How a command is used on a terminal, `columns` wide (default 80); each step types its keys once its text was shown, first steps without a text before the command begins. */
export interface TerminalUse {
  readonly columns?: number;
  readonly steps?: readonly (readonly [string, string])[];
  readonly env?: Record<string, string>;
}

/** Runs `ghost ARGS` on a terminal of its own. Needs python3. stdout is what the terminal got. */
export function onTerminal(home: Home, args: readonly string[], use: TerminalUse = {}): Promise<Outcome> {
  return anyOnTerminal(home, [...GHOST, ...args], use);
}

/** The same of any command. */
export function anyOnTerminal(home: Home, argv: readonly string[], { columns = 80, steps = [], env = {} }: TerminalUse): Promise<Outcome> {
  return run(["python3", SCRIPT, String(columns), JSON.stringify(steps), String(LIMIT_S), ...argv], {
    cwd: home.work,
    env: { ...home.env, TERM: "xterm", ...env },
  });
}
