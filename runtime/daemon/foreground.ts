/** What is particular to a daemon in the foreground: what it is told at its start, and how it is renewed. */
import { replaceSelf } from "../process/replace-self.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { selfCommand } from "../system/self.ts";
import type { ServiceManager } from "./service-manager.ts";

/** What only a daemon in the foreground is told. */
export interface ForegroundOptions {
  /** Every manifest of this folder is registered at the start. Absolute. Default: none. */
  readonly manifests?: string;
  /** The id of the group whose members may use the socket. Default: its owner alone may. */
  readonly groupId?: number;
}

/**
 * The next daemon takes the place of this process: same pid, same children, same arguments, and the descriptors that are
 * held for it. Throws where the system refuses; then whoever started this daemon has to start another.
 */
export function becomeNextDaemon(held: readonly number[], { variables }: ServiceManager): never {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  replaceSelf(nextDaemon(), { ...Object.fromEntries(own), ...variables, GHOST_HELD_FDS: held.join(",") });
}

/** This program with the arguments that it was given. */
function nextDaemon(): readonly string[] {
  return [...selfCommand(), ...process.argv.slice(2)];
}

/** The line that `systemctl status` shows. */
export function describeProcesses(supervisor: Supervisor): string {
  const wanted = supervisor.listed().filter(({ machine }) => machine.desired === "up");
  const running = wanted.filter(({ machine }) => machine.state.at === "running");
  return `${running.length} of ${wanted.length} wanted processes run`;
}
