import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";

/**
 * Lets a client wait for something that takes time; its next commands come after it, others' do not wait. `work` gives what
 * writes the reply. `signal` is aborted when the client goes or is unblocked.
 */
export function wait(hub: Hub, client: Client, work: (signal: AbortSignal) => Promise<() => void>): void {
  const controller = new AbortController();
  let isOver = false;
  const settle = (write: () => void): void => {
    if (isOver) return;
    isOver = true;
    client.blocked = null;
    hub.answer(client, write);
    hub.proceed(client);
  };
  client.blocked = {
    isBrief: true,
    cancel() {
      isOver = true;
      controller.abort();
    },
    unblock(withError) {
      controller.abort();
      settle(() => (withError ? hub.output.error("UNBLOCKED client unblocked via CLIENT UNBLOCK") : hub.output.null()));
    },
  };
  work(controller.signal).then(settle, (error) => {
    settle(() => hub.output.error(`ERR cannot go on, because of a mistake in Ghost itself: ${(error as Error).message}`));
    hub.parts.fatal(error);
  });
}
