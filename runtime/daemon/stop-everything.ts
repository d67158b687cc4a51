import type { ActionResult } from "../../core/api/wire.ts";
import { isIdle } from "../supervisor/actions.ts";
import { stopAll } from "../supervisor/stop-all.ts";
import { isOwn, type Supervised } from "../supervisor/supervised.ts";
import type { DaemonNode } from "./node.ts";

/** Who ends the daemon, and how. */
interface EndRequest {
  readonly by: string;
  /** Kill instead of asking. */
  readonly force?: boolean;
}

/**
 * Stops all that the daemon runs, because it ends itself: what people registered in the order of who needs whom, and when that is down, the hub, which their last
 * words may go through. Of the hub is told only that it does not end. What people want stays as it is; nothing starts any more.
 */
export async function stopEverything(
  { supervisor }: DaemonNode,
  { by, force = false }: EndRequest,
  report: (result: ActionResult) => void,
): Promise<void> {
  const request = { by, force, keepDesired: true };
  const peoples = stopAll(supervisor, living(supervisor.listed()), request, report);
  // By force there is no order.
  if (!force) await peoples;
  const own = living([...supervisor.processes.values()].filter(isOwn));
  await stopAll(supervisor, own, request, (result) => {
    if (!result.ok) report(result);
  });
  await peoples;
}

function living(processes: readonly Supervised[]): Supervised[] {
  return processes.filter(({ machine }) => !isIdle(machine));
}
