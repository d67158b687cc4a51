import { openConnection } from "./connection.ts";
import { addressOf, connectionProblem, type Endpoint } from "./endpoint.ts";
import type { Answer } from "./prober.ts";

/** Whether a TCP connection can be made. It is closed at once, nothing is sent. */
export function askTcp(endpoint: Endpoint, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      signal.removeEventListener("abort", abort);
      connection.close();
      resolve(answer);
    };
    const abort = (): void => settle({ ok: false, detail: `${addressOf(endpoint)} does not answer` });
    const connection = openConnection(endpoint, {
      open: () => settle({ ok: true, detail: `connected to ${addressOf(endpoint)}` }),
      data: () => {},
      end: () => settle({ ok: false, detail: `${addressOf(endpoint)} hung up` }),
      error: (error) => settle({ ok: false, detail: connectionProblem(error, endpoint) }),
    });
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
}
