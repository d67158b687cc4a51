import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** A request body longer than this is refused: a manifest of 10,000 processes is below it. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;
/** A stream whose reader lets this much pile up is cut off, in bytes. */
const STREAM_BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** One request, as a route sees it. */
export interface Call {
  /** Decoded pieces of the path that the route's pattern names. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** The JSON body; `{}` without one. Throws USAGE when it is no JSON object. */
  body<T>(): Promise<T>;
  /** Answers with one JSON value. */
  json(value: unknown): void;
  /** Answers with one JSON value a line, as they come. */
  lines(): LineStream;
  /** Answers with server-sent events. */
  events(): EventStream;
  /** Answers with text. */
  text(value: string, type?: string): void;
}

export interface LineStream {
  write(value: unknown): void;
  end(): void;
}

export interface EventStream {
  send(event: { id?: number; data: unknown }): void;
  end(): void;
  /** Called once, when the client has gone. */
  onClose(listener: () => void): void;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** e.g. `/v1/processes/:name/start`; `:rest*` takes slashes too. */
  readonly pattern: string;
  handle(call: Call): Promise<void> | void;
}

const STATUS: Partial<Record<string, number>> = { NOT_FOUND: 404, NAME_TAKEN: 409, USAGE: 400, CONFIG_INVALID: 400, CONFIG_NOT_FOUND: 400, UNSUPPORTED: 400, TIMED_OUT: 504 };

/** A server that knows these routes. `busy` is called with +1 and -1 as requests come and go. */
export function createHttpServer(routes: readonly Route[], busy: (change: 1 | -1) => void): Server {
  const compiled = routes.map((route) => ({ route, matches: compile(route.pattern) }));
  const server = createServer((request, response) => {
    busy(1);
    response.once("close", () => busy(-1));
    answer(compiled, request, response).catch((error: unknown) => fail(response, error));
  });
  // Streams last as long as they are wanted.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 1000;
  return server;
}

interface Compiled {
  readonly route: Route;
  readonly matches: (path: string) => Record<string, string> | null;
}

async function answer(compiled: readonly Compiled[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://ghost");
  let allowed: string | undefined;
  for (const { route, matches } of compiled) {
    const path = matches(url.pathname);
    if (!path) continue;
    if (route.method === request.method) return route.handle(makeCall(path, url, request, response));
    allowed = route.method;
  }
  if (allowed) throw new GhostError("USAGE", `cannot ${request.method} ${url.pathname}: use ${allowed}`);
  throw new GhostError("NOT_FOUND", `cannot find ${url.pathname}: there is no such address`, { hint: "GET /v1/openapi.json lists all" });
}

function makeCall(path: Record<string, string>, url: URL, request: IncomingMessage, response: ServerResponse): Call {
  return {
    path,
    query: url.searchParams,
    headers: request.headers,
    body: () => readBody(request),
    json(value) {
      const text = `${JSON.stringify(value)}\n`;
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
    },
    text(value, type = "text/plain; charset=utf-8") {
      response.writeHead(200, { "content-type": type }).end(value);
    },
    lines() {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.flushHeaders();
      return { write: (value) => push(response, `${JSON.stringify(value)}\n`), end: () => void response.end() };
    },
    events() {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.flushHeaders();
      return {
        send: ({ id, data }) => push(response, `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
        end: () => void response.end(),
        onClose: (listener) => void response.once("close", listener),
      };
    },
  };
}

/** A reader that does not read must not fill the daemon's memory. */
function push(response: ServerResponse, text: string): void {
  if (response.destroyed) return;
  response.write(text);
  if (response.writableLength > STREAM_BACKLOG_BYTES_MAX) response.destroy();
}

async function readBody<T>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new GhostError("USAGE", `cannot take the request: its body is longer than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") return {} as T;
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as T;
  } catch {
    // Said below.
  }
  throw new GhostError("USAGE", "cannot take the request: its body is not a JSON object");
}

function fail(response: ServerResponse, error: unknown): void {
  const known = error instanceof GhostError ? error : new GhostError("INTERNAL", `cannot answer: ${(error as Error)?.message ?? error}`, { hint: "this is a bug in Ghost; ghost doctor --bundle collects what a report needs" });
  if (!(error instanceof GhostError)) process.stderr.write(`${new Date().toISOString()} ${(error as Error)?.stack ?? error}\n`);
  const text = `${JSON.stringify({ error: known.body() })}\n`;
  if (response.headersSent) response.end(text);
  else response.writeHead(STATUS[known.code] ?? 500, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}

/** `:name` takes one piece of the path, `:name*` the rest. */
function compile(pattern: string): Compiled["matches"] {
  const names: string[] = [];
  const source = pattern.replace(/:(\w+)(\*?)/g, (_, name: string, star: string) => {
    names.push(name);
    return star ? "(.+)" : "([^/]+)";
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => {
    const match = expression.exec(path);
    if (!match) return null;
    try {
      return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]));
    } catch {
      return null;
    }
  };
}
