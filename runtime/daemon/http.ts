/** The daemon's HTTP server: finds the route of a request and turns whatever goes wrong into an answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Call, makeCall } from "./call.ts";
import { refuse } from "./refusal.ts";

/** A connection without a request is closed after this, in ms. */
const KEEP_ALIVE_MS = 1_000;

export interface Route {
  readonly method: "GET" | "POST" | "PUT";
  /** e.g. `/v1/processes/:name/start`; `:rest*` takes slashes too. */
  readonly pattern: string;
  handle(call: Call): Promise<void> | void;
}

/** Looks at a request before anything else does, and throws what refuses it. */
export type Guard = (request: IncomingMessage) => void;

/** A server that knows these routes. `busy` is called with +1 and -1 as requests come and go. */
export function createHttpServer(routes: readonly Route[], busy: (change: 1 | -1) => void, guard: Guard = () => {}): Server {
  const compiled = routes.map((route) => ({ route, matches: compile(route.pattern) }));
  const server = createServer((request, response) => {
    busy(1);
    response.once("close", () => busy(-1));
    answer(compiled, guard, request, response).catch((error: unknown) => refuse(request, response, error));
  });
  // Streams last as long as they are wanted.
  server.requestTimeout = 0;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

interface Compiled {
  readonly route: Route;
  readonly matches: (path: string) => Record<string, string> | null;
}

async function answer(compiled: readonly Compiled[], guard: Guard, request: IncomingMessage, response: ServerResponse): Promise<void> {
  guard(request);
  const url = parseUrl(request.url ?? "/");
  const allowed = new Set<string>();
  for (const { route, matches } of compiled) {
    const path = matches(url.pathname);
    if (!path) continue;
    if (route.method === request.method) return route.handle(makeCall(path, url, request, response));
    allowed.add(route.method);
  }
  if (allowed.size > 0)
    throw new GhostError("USAGE", `cannot ${request.method} ${url.pathname}: use ${[...allowed].join(" or ")}`, {
      details: { allowed: [...allowed] },
    });
  throw new GhostError("NOT_FOUND", `cannot find ${url.pathname}: there is no such address`, { hint: "GET /v1/openapi.json lists all" });
}

function parseUrl(text: string): URL {
  try {
    return new URL(text, "http://ghost");
  } catch {
    throw new GhostError("USAGE", `cannot understand the address ${text}`, { hint: "GET /v1/openapi.json lists all" });
  }
}

/** `:name` takes one piece of the path, `:name*` the rest. */
function compile(pattern: string): Compiled["matches"] {
  const names: string[] = [];
  const source = pattern.replaceAll(".", "\\.").replace(/:(\w+)(\*?)/g, (_, name: string, star: string) => {
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
