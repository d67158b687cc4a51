import { existsSync, readdirSync, statSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type DaemonAddress, findSocket } from "./address.ts";
import { type ClientPlaces, clientPlaces } from "./home.ts";
import { silent } from "./silence.ts";
import { send, type TransportReply, type TransportRequest } from "./transport.ts";

/**
 * When a command may start the daemon. `always`: it brings something to supervise. `if-not-stopped`: it asks about what
 * is there, so only if something was ever registered, or lies in `ghosts/`, and nobody stopped the daemon on purpose. `never`: it is about the daemon itself.
 */
export type StartPolicy = "always" | "if-not-stopped" | "never";

export interface ConnectOptions {
  readonly start: StartPolicy;
  /** This program's own version; the daemon's may differ after an upgrade. */
  readonly version: string;
  /** Told at most once, e.g. of another version. */
  readonly warn: (text: string) => void;
}

/** System errors of a daemon that died before it answered. What was asked may be asked again where asking twice does no more than asking once. */
const DIED_MEANWHILE = new Set(["ECONNRESET", "EPIPE"]);
const REPEATABLE: ReadonlySet<TransportRequest["method"]> = new Set(["GET", "PUT"]);

/** Sends requests to the daemon of one home. */
export type Connection = (request: TransportRequest) => Promise<TransportReply>;

/** System errors that mean that nobody listens: the request was not received and may be sent again. */
const NOBODY_LISTENS = new Set(["ENOENT", "ECONNREFUSED"]);

/**
 * A connection that costs nothing until it is used. A request that finds nobody starts the daemon as the policy allows and
 * is sent once more; one that was received is sent again only if its daemon died over it and it is one that may be repeated.
 */
export function openConnection(home: string, options: ConnectOptions): Connection {
  const places = clientPlaces(home);
  let compared = false;
  const attempt = async (request: TransportRequest): Promise<TransportReply | null> => {
    const found = findSocket(places);
    if (!found) return null;
    const reply = await sendUnlessAbsent(found, request);
    if (reply && found.address && !compared) compareVersions(found.address, options);
    compared ||= reply !== null;
    return reply;
  };
  return async (request) =>
    (await attempt(request)) ?? (await startDaemonFor(places, options.start)) ?? (await attempt(request)) ?? vanished();
}

/** Where the daemon listens, and what it says of itself. */
type Found = NonNullable<ReturnType<typeof findSocket>>;

async function sendUnlessAbsent(found: Found, request: TransportRequest): Promise<TransportReply | null> {
  const limit = new AnswerLimit(request);
  try {
    return await send(found.socket, { ...request, signal: limit.signal });
  } catch (error) {
    if (limit.isOver) throw await silent(found.address?.pid, request.answerLimitMs ?? 0);
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (NOBODY_LISTENS.has(code) || (DIED_MEANWHILE.has(code) && REPEATABLE.has(request.method))) return null;
    throw unreachable(error as Error, found, request);
  } finally {
    limit.clear();
  }
}

/** Gives a request up when its answer does not begin in time, or its caller does. */
class AnswerLimit {
  readonly signal: AbortSignal | undefined;
  isOver = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ signal, answerLimitMs }: TransportRequest) {
    this.signal = signal;
    if (answerLimitMs === undefined) return;
    const controller = new AbortController();
    this.signal = controller.signal;
    if (signal?.aborted) controller.abort();
    // Stays when the answer has begun: its body is given up by the caller's signal, too.
    signal?.addEventListener("abort", () => controller.abort(), { once: true });
    this.timer = setTimeout(() => {
      this.isOver = true;
      controller.abort();
    }, answerLimitMs);
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}

/** Gives null when the daemon runs afterwards, so that the caller goes on with its second attempt. */
async function startDaemonFor(places: ClientPlaces, policy: StartPolicy): Promise<null> {
  if (policy === "never")
    throw new GhostError("DAEMON_UNREACHABLE", `cannot reach the daemon of ${places.home}: it does not run`, {
      hint: "ghost daemon start",
    });
  if (policy === "if-not-stopped" && existsSync(places.stoppedMarker)) {
    throw new GhostError("DAEMON_STOPPED", `cannot ask the daemon of ${places.home}: it was stopped`, { hint: "ghost daemon start" });
  }
  if (policy === "if-not-stopped" && !existsSync(places.stateFile) && !hasApps(places)) throw whyNoState(places);
  const { startDaemon } = await import("../daemon/launch.ts");
  await startDaemon(places.home, { explicit: false });
  return null;
}

/** Somebody put one there by hand, with no daemon around yet. */
function hasApps({ ghosts }: ClientPlaces): boolean {
  try {
    return readdirSync(ghosts).some((name) => !name.startsWith("."));
  } catch {
    return false;
  }
}

/** Nothing was ever registered, or that cannot even be seen. */
function whyNoState({ home, stateFile }: ClientPlaces): GhostError {
  try {
    statSync(stateFile);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = "choose another home with --home DIR or GHOST_HOME, or mend its owner";
    if (code === "EACCES" || code === "EPERM")
      return new GhostError("PERMISSION_DENIED", `cannot look into ${home}: permission denied`, { hint });
    if (code !== "ENOENT") return new GhostError("HOME_UNUSABLE", `cannot use ${home} as Ghost's home: ${message}`, { hint });
  }
  return nothingRegistered(home);
}

/** The home was never used: there is nothing to ask about, and no reason to start a daemon. */
function nothingRegistered(home: string): GhostError {
  return new GhostError("NOT_FOUND", `cannot find any process: nothing is registered in ${home}`, {
    hint: "ghost register FILE registers what a processes.yaml declares; ghost start PROGRAM starts one program",
    details: { registered: 0 },
  });
}

/** True for the error of a home in which nothing was ever registered; `list` then shows an empty list. */
export function isNothingRegistered(error: unknown): boolean {
  return error instanceof GhostError && error.code === "NOT_FOUND" && error.details?.registered === 0;
}

function unreachable(error: Error, { socket, address }: Found, request: TransportRequest): Error {
  if (request.signal?.aborted) return error;
  const { code } = error as NodeJS.ErrnoException;
  const daemon = address ? `the daemon (pid ${address.pid})` : "the daemon";
  if (code === "EACCES" || code === "EPERM") {
    return new GhostError("PERMISSION_DENIED", `cannot reach the daemon: no permission for ${socket}`, {
      hint: "run ghost as the user who owns the home, or choose another home with --home",
    });
  }
  if (DIED_MEANWHILE.has(code ?? ""))
    return new GhostError("DAEMON_UNREACHABLE", `cannot tell what came of it: ${daemon} ended before it answered`, {
      hint: "ghost status shows how things are; ghost daemon logs says more",
      cause: error,
    });
  return new GhostError("DAEMON_UNREACHABLE", `cannot reach ${daemon}: ${error.message}`, {
    hint: "ghost daemon status, ghost doctor",
    cause: error,
  });
}

function vanished(): never {
  throw new GhostError("DAEMON_UNREACHABLE", "cannot reach the daemon: it was started and is gone again", { hint: "ghost daemon logs" });
}

function compareVersions(address: DaemonAddress, { version, warn }: ConnectOptions): void {
  if (address.version === version) return;
  warn(
    `the daemon runs version ${address.version}, this is ${version}; ghost daemon restart brings the daemon up to date (no process is restarted)`,
  );
}
