/** Connections of node:net. */
import { connect } from "node:net";
import type { Link, LinkEvents } from "../../core/bus/session/transport.ts";
import { isAwaited } from "./awaited.ts";
import type { HubAddress } from "./hub-address.ts";

/** Opens a connection. Rejects with the system's error. */
export async function open(address: HubAddress, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    let cause: Error | undefined;
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      cause = error;
      reject(error);
    });
    socket.on("data", (bytes) => {
      events.onData(bytes);
      if (!isAwaited(events)) socket.unref();
    });
    socket.on("drain", () => events.onDrain());
    socket.on("close", () => events.onClose(cause));
    socket.on("connect", () =>
      resolve({
        // Node keeps what it cannot send at once, and these bytes are the caller's.
        write: (bytes) => socket.ref().write(Uint8Array.from(bytes)),
        pause: () => void socket.pause(),
        resume: () => void socket.resume(),
        close: () => void socket.end(),
      }),
    );
  });
}
