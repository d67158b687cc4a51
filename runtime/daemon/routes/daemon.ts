import { GhostError } from "../../../core/errors/ghost-error.ts";
import { readNodeConfiguration } from "../../config/read-node-file.ts";
import { checkReplacement } from "../../process/replace-self.ts";
import { stopAll } from "../../supervisor/stop-all.ts";
import type { Call } from "../call.ts";
import { nextDaemon } from "../foreground.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { living } from "../signals.ts";

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
  if (!leave) await stopAll(node.supervisor, living(node), { by, keepDesired: true }, (result) => lines.write(result));
  lines.end();
  node.finish({ leave, next: false, expected: leave && expected });
}

/** A program that was removed meanwhile cannot come next. */
function checkProgram(): void {
  const [program = ""] = nextDaemon();
  try {
    checkReplacement(nextDaemon());
  } catch (error) {
    throw new GhostError("DAEMON_START_FAILED", `cannot restart the daemon: ${program} cannot be run: ${(error as Error).message}`, {
      hint: "install ghost again at this place; the daemon that runs goes on",
    });
  }
}

async function restart(node: DaemonNode, call: Call): Promise<void> {
  await call.body();
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
  checkProgram();
  call.json({ pid: process.pid });
  node.finish({ leave: true, next: true });
}
