import type { DaemonNode } from "./node.ts";
import { stopEverything } from "./stop-everything.ts";

/** SIGTERM and SIGINT end the daemon in order; a second one kills what does not end. SIGHUP is for terminals, and the daemon has none. */
export function obeySignals(node: DaemonNode): void {
  let asked = false;
  const stop = (signal: NodeJS.Signals): void => {
    const again = asked;
    asked = true;
    node.stopping();
    void stopEverything(node, { by: `${signal} to the daemon`, force: again }, () => {}).then(() => {
      if (!again) node.finish({ leave: false, next: false });
    });
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", () => {});
}
