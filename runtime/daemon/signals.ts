import { stopAll } from "../supervisor/stop-all.ts";
import type { Supervised } from "../supervisor/supervised.ts";
import type { DaemonNode } from "./node.ts";

/** SIGTERM and SIGINT end the daemon in order; a second one kills what does not end. SIGHUP is for terminals, and the daemon has none. */
export function obeySignals(node: DaemonNode): void {
  let asked = false;
  const stop = (signal: NodeJS.Signals): void => {
    const again = asked;
    asked = true;
    node.stopping();
    void stopAll(node.supervisor, living(node), { by: `${signal} to the daemon`, keepDesired: true, force: again }, () => {}).then(() => {
      if (!again) node.finish({ leave: false, next: false });
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {});
}

/** Everything that has to come to an end before an ordered end of the daemon. */
export function living(node: DaemonNode): Supervised[] {
  return [...node.supervisor.processes.values()].filter(({ machine }) => !["stopped", "exited", "failed"].includes(machine.state.at));
}
