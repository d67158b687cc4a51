import { accessSync, constants } from "node:fs";
import { isAbsolute } from "node:path";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { readNodeConfiguration } from "../../config/read-node-file.ts";
import { checkReplacement } from "../../process/replace-self.ts";
import { fileProblem } from "../../system/look-at.ts";
import { selfCommand } from "../../system/self.ts";
import type { Call } from "../call.ts";
import { type Home, inHome } from "../home.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { stopEverything } from "../stop-everything.ts";
import { chooseSuccessor } from "../succession.ts";

interface StopBody {
  /** Children live on, to be adopted by the next daemon. */
  readonly leave?: boolean;
  readonly by?: string;
  /** With `leave`: a service manager starts another daemon within moments. */
  readonly expected?: boolean;
}

/** Ending and replacing the daemon. */
export function daemonRoutes(node: DaemonNode): Route[] {
  return [
    { method: "POST", pattern: "/v1/daemon/stop", handle: (call) => stop(node, call) },
    { method: "POST", pattern: "/v1/daemon/restart", handle: (call) => restart(node, call) },
  ];
}

async function stop(node: DaemonNode, call: Call): Promise<void> {
  const { leave = false, by = "ghost daemon stop", expected = false } = await call.body<StopBody>();
  const lines = call.lines();
  node.stopping();
  if (!leave) await stopEverything(node, { by }, (result) => lines.write(result));
  lines.end();
  node.finish({ leave, next: false, expected: leave && expected });
}

/** A program that was removed meanwhile cannot come next. */
function checkProgram(command: readonly string[]): void {
  const [program = ""] = command;
  try {
    checkReplacement(command);
  } catch (error) {
    throw new GhostError("DAEMON_START_FAILED", `cannot restart the daemon: ${program} cannot be run: ${(error as Error).message}`, {
      hint: "install ghost again at this place; the daemon that runs goes on",
    });
  }
}

interface RestartBody {
  /** The program that asks, as it is started: a file by its absolute path, and words before its arguments. It comes next where it can. */
  readonly program?: unknown;
}

async function restart(node: DaemonNode, call: Call): Promise<void> {
  const asked = readProgram((await call.body<RestartBody>()).program);
  if (!node.hasSuccessor) {
    throw new GhostError(
      "UNSUPPORTED",
      "cannot restart the daemon: it runs in the foreground, in a runtime that cannot become another program",
      {
        hint: "end it with `ghost daemon stop --leave`, which leaves the processes running, and start it again",
      },
    );
  }
  // The next daemon would make do with the last good file; whoever asks hears at once what is wrong with this one.
  await readNodeConfiguration(node.home.root, process.env);
  checkPlaces(node.home);
  const program = choose(node, asked);
  call.json({ pid: process.pid, program, background: node.mode !== "foreground" });
  node.finish({ leave: true, next: true });
}

/** In the foreground the service manager, or a person, named the program and would start it again: it stays. */
function choose({ home, mode }: DaemonNode, asked: readonly string[] | null): readonly string[] {
  const own = selfCommand();
  const isOther = asked !== null && mode !== "foreground" && JSON.stringify(asked) !== JSON.stringify(own);
  const program = isOther ? asked : own;
  checkProgram(program);
  if (isOther) inHome(home, () => chooseSuccessor(home, asked));
  return program;
}

function readProgram(value: unknown): readonly string[] | null {
  if (value === undefined) return null;
  const isCommand = Array.isArray(value) && value.every((word) => typeof word === "string" && !word.includes("\0"));
  if (isCommand && isAbsolute(value[0] ?? "")) return value;
  throw new GhostError("USAGE", "cannot take the request: program is not a list of strings that begins with an absolute path");
}

/** What this daemon has open and the next one could not open must not leave the processes without any. */
function checkPlaces({ data, run, stateFile, secretsFile }: Home): void {
  for (const path of [run, data, stateFile, secretsFile]) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch (error) {
      const { kind, text } = fileProblem(error);
      if (kind === "missing") continue;
      throw new GhostError("PERMISSION_DENIED", `cannot restart the daemon: the next one could not open ${path}: ${text}`, {
        hint: `chmod u+rw${path === run || path === data ? "x" : ""} ${path}, then try again; the daemon that runs goes on`,
      });
    }
  }
}
