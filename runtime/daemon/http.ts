/** The daemon's HTTP server: finds the route of a request and turns whatever goes wrong into an answer. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Call, makeCall } from "./call.ts";
import { refuse } from "./refusal.ts";

/** A connection without a request is closed after this, in ms. */
const KEEP_ALIVE_MS = 1_000;

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
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
  const found = compiled.flatMap(({ route, matches }) => {
    const path = matches(url.pathname);
    return path ? [{ route, path }] : [];
  });
  if (found.length === 0)
    throw new GhostError("NOT_FOUND", `cannot find ${url.pathname}: there is no such address`, { hint: "GET /v1/openapi.json lists all" });
  const { pattern, methods } = closest(found.map(({ route }) => route));
  const chosen = found.find(({ route }) => route.method === request.method);
  const wrongMethod = (): GhostError =>
    new GhostError("USAGE", `cannot ${request.method} ${url.pathname}: use ${methods.join(" or ")}`, { details: { allowed: methods } });
  if (!chosen) throw wrongMethod();
  try {
    await chosen.route.handle(makeCall(chosen.path, url, request, response));
  } catch (error) {
    // `GET /v1/groups/g/start` asks for a group `start` of the project `g`, if there is one.
    const isStranger = error instanceof GhostError && error.code === "NOT_FOUND" && chosen.route.pattern !== pattern;
    throw isStranger && !methods.includes(chosen.route.method) ? wrongMethod() : error;
  }
}

/** The pattern that says most of an address, and what can be done there. */
function closest(routes: readonly Route[]): { pattern: string; methods: string[] } {
  const literal = ({ pattern }: Route): number => pattern.replace(/:\w+\*?/g, "").length;
  const [first] = [...routes].sort((a, b) => literal(b) - literal(a));
  const pattern = first?.pattern ?? "";
  return { pattern, methods: [...new Set(routes.filter((route) => route.pattern === pattern).map(({ method }) => method))] };
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
