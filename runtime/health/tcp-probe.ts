import { addressOf, connectionProblem, type Endpoint, openConnection } from "./connection.ts";
import type { Answer } from "./prober.ts";

/** Whether a TCP connection can be made. It is closed at once, nothing is sent. */
export function askTcp(endpoint: Endpoint, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = openConnection(endpoint);
    const settle = (answer: Answer): void => {
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = (): void => settle({ ok: false, detail: `${addressOf(endpoint)} does not answer` });
    signal.addEventListener("abort", abort);
    socket.once("connect", () => settle({ ok: true, detail: `connected to ${addressOf(endpoint)}` }));
    // Stays for errors that come after the answer.
    socket.on("error", (error) => settle({ ok: false, detail: connectionProblem(error, endpoint) }));
    if (signal.aborted) abort();
  });
}
