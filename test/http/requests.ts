/** Plain HTTP over the daemon's socket: for tests that are no client of Ghost's own. */
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import type { Home } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json<T = unknown>(): T;
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is if it is a text, else as JSON. */
  readonly body?: unknown;
}

/** Sends a request and reads the whole answer. */
export async function ask(home: Home, method: string, path: string, asking: Asking = {}): Promise<Answer> {
  const response = await send(home, method, path, asking);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: <T>() => JSON.parse(text) as T };
}

/** Sends a request and gives the answer with its body still to be read. */
export function send(home: Home, method: string, path: string, { headers = {}, body }: Asking = {}): Promise<IncomingMessage> {
  const payload = body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: join(home.dir, "run/daemon.sock"), method, path, headers, agent: false }, resolve);
    outgoing.once("error", reject);
    outgoing.end(payload);
  });
}

/** A server-sent event. */
export interface Told<T> {
  readonly id: number | null;
  readonly data: T;
}

/** A stream of events that is being read. */
export interface Listening<T> extends Disposable {
  readonly response: IncomingMessage;
  readonly told: Told<T>[];
  readonly ended: () => boolean;
  /** Waits until an event fits. */
  until(fits: (event: T) => boolean, what: string): Promise<Told<T>>;
}

/** Opens a stream and collects what it tells; `using` ends it. */
export async function listen<T>(home: Home, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Listening<T>> {
  const response = await send(home, "GET", path, { headers });
  const told: Told<T>[] = [];
  let rest = "";
  let ended = false;
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    const pieces = (rest + chunk).split("\n\n");
    rest = pieces.pop() ?? "";
    told.push(...pieces.map((piece) => parse<T>(piece)));
  });
  for (const event of ["end", "close", "error"]) {
    response.on(event, () => {
      ended = true;
    });
  }
  return {
    response,
    told,
    ended: () => ended,
    until: (fits, what) => waitFor(() => told.find((event) => fits(event.data)), { what, seen: () => told.slice(-5) }) as Promise<Told<T>>,
    [Symbol.dispose]: () => void response.destroy(),
  };
}

function parse<T>(piece: string): Told<T> {
  const id = /^id: (\d+)$/m.exec(piece)?.[1];
  return { id: id === undefined ? null : Number(id), data: JSON.parse(/^data: (.*)$/m.exec(piece)?.[1] ?? "null") as T };
}
