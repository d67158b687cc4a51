/** Clients of the listeners that tests look at. */
import { get } from "node:http";
import { connect } from "node:net";

/** What a request came to: the pid that answered, or the error's code. */
export type Answer = { readonly pid: number } | { readonly error: string };

/** One request on a connection of its own. */
export function ask(port: number, limitMs = 10_000): Promise<Answer> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, agent: false, timeout: limitMs }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ pid: Number(body) }));
      response.on("error", (error) => resolve(failure(error)));
    });
    request.on("timeout", () => request.destroy(Object.assign(new Error("too late"), { code: "TOO_LATE" })));
    request.on("error", (error) => resolve(failure(error)));
  });
}

function failure(error: NodeJS.ErrnoException): Answer {
  return { error: error.code ?? error.message };
}

/** Clients that ask one request after the other until they are told to stop. */
export interface Load {
  /** Requests that were answered so far. */
  readonly answered: number;
  /** Stops, waits for what is under way, and gives all errors. */
  stop(): Promise<readonly string[]>;
}

/** Starts so many clients. */
export function load(port: number, clients: number): Load {
  const state = { answered: 0, stopped: false, errors: [] as string[] };
  const client = async (): Promise<void> => {
    while (!state.stopped) {
      const answer = await ask(port);
      if ("pid" in answer) state.answered += 1;
      else state.errors.push(answer.error);
    }
  };
  const all = Array.from({ length: clients }, client);
  return {
    get answered() {
      return state.answered;
    },
    async stop() {
      state.stopped = true;
      await Promise.all(all);
      return state.errors;
    },
  };
}

/** Whether a connection is refused. */
export function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
