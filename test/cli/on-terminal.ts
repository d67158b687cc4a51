import { fileURLToPath } from "node:url";
import { GHOST, type Outcome, run } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";

const SCRIPT = fileURLToPath(new URL("terminal.py", import.meta.url));
/** Seconds that one command on a terminal may take. */
const LIMIT_S = 15;

/** Runs `ghost ARGS` on a terminal of its own, `columns` wide (default 80); each step types its keys once its text was shown, first steps without a text before the command begins. Needs python3. stdout is what the terminal got. */
export function onTerminal(
  home: Home,
  args: readonly string[],
  more: { columns?: number; steps?: readonly (readonly [string, string])[]; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const { columns = 80, steps = [], env = {} } = more;
  return run(["python3", SCRIPT, String(columns), JSON.stringify(steps), String(LIMIT_S), ...GHOST, ...args], {
    cwd: home.work,
    env: { ...home.env, TERM: "xterm", ...env },
  });
}
