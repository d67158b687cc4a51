import { parseDuration } from "../../core/config/units.ts";
import type { DaemonNode } from "./node.ts";
import { stopEverything } from "./stop-everything.ts";

/** A daemon that another command started, with nothing to do and nobody asking, leaves after this long. GHOST_IDLE_EXIT overrides it (a duration, e.g. 30s). */
const IDLE_MS = 10 * 60_000;
/** How often that is looked at, at most. */
const LOOK_MS_MAX = 15_000;

export interface IdleWatch {
  /** +1 as a request comes, -1 as it goes. */
  busy(change: 1 | -1): void;
  stop(): void;
}

/** Calls `leave` once the daemon has been of no use for long enough; never when `mayLeave` is false. */
export function idleWatch(node: DaemonNode, mayLeave: boolean, leave: () => void): IdleWatch {
  const limitMs = idleLimitMs(process.env.GHOST_IDLE_EXIT);
  let requests = 0;
  let lastUseMs = performance.now();
  const timer = setInterval(
    () => {
      if (requests > 0 || hasWork(node)) lastUseMs = performance.now();
      else if (performance.now() - lastUseMs >= limitMs) void leaveUnlessUsed();
    },
    Math.min(LOOK_MS_MAX, Math.max(50, limitMs / 4)),
  );
  /** A hub to which nobody is connected is no reason to stay, and goes with the daemon. */
  const leaveUnlessUsed = async (): Promise<void> => {
    const beganMs = lastUseMs;
    if (await node.hub.isUsed()) lastUseMs = performance.now();
    if (lastUseMs !== beganMs || requests > 0 || hasWork(node)) return;
    clearInterval(timer);
    await stopEverything(node, { by: "the end of a daemon that nobody needs" }, () => {});
    leave();
  };
  if (!mayLeave) clearInterval(timer);
  return {
    busy(change) {
      requests += change;
      lastUseMs = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}

function idleLimitMs(text: string | undefined): number {
  const parsed = parseDuration(text ?? "");
  return "value" in parsed ? parsed.value : IDLE_MS;
}

/** Something runs or is about to, or waits for its time, or for a file to change. */
function hasWork(node: DaemonNode): boolean {
  return node.supervisor.shown().some(({ machine, definition, nextRunMs }) => {
    const over = machine.state.at === "stopped" || machine.state.at === "exited" || machine.state.at === "failed";
    return !over || nextRunMs !== null || (definition.watch !== null && machine.desired === "up");
  });
}
