import type { DefinitionsView } from "../../core/api/definitions.ts";
import type { ForegroundAnnouncement, ForegroundUpdate, ForegroundWord } from "../../core/api/foreground.ts";
import type {
  ActionRequest,
  ActionResult,
  ActionWait,
  EnvironmentView,
  GraphView,
  GroupChange,
  GroupRequest,
  GroupView,
  HistoryEntry,
  HubView,
  PlanChange,
  ProcessDetail,
  ProcessView,
  RegisterRequest,
  RegisterResponse,
  SystemView,
} from "../../core/api/wire.ts";
import { errorFrom } from "../../core/errors/error-from.ts";
import { type ErrorBody, GhostError } from "../../core/errors/ghost-error.ts";
import type { ProcessMetrics } from "../../core/metrics/values.ts";
import { readAddress } from "./address.ts";
import { readJsonLines } from "./body.ts";
import { type Connection, type ConnectOptions, openConnection } from "./connect.ts";
import { readEvents } from "./events.ts";
import { clientPlaces } from "./home.ts";
import { silent } from "./silence.ts";
import type { TransportReply, TransportRequest } from "./transport.ts";

/** How long a question may take before the daemon counts as hung. The answer to an action begins within that time, and ends when it is true. */
const QUESTION_LIMIT_MS = 15_000;
/** The answer to `register` begins with what would change: a daemon plans and stores 10,000 processes on a slow disk within this time. */
const REGISTER_LIMIT_MS = 60_000;

const STOP_PATH = "/v1/daemon/stop";

/** What can be done with a set of processes. */
export type ActionVerb = "start" | "stop" | "restart" | "reload" | "scale" | "trigger" | "signal" | "delete";

/** What can be done with a group as such. */
export type GroupVerb = "start" | "stop" | "restart";

/** One line of what an action answers: an outcome or, if the request asks for progress, what is awaited. */
export type ActionLine = ActionResult | ActionWait;

/** True for a line that tells what is awaited. */
export function isWait(line: ActionLine): line is ActionWait {
  return "waiting" in line;
}

/** What `register` answers: the plan at once, then each outcome as it happens. */
export interface Registration {
  readonly changes: readonly PlanChange[];
  readonly groups?: readonly GroupChange[];
  readonly warnings: readonly string[];
  readonly results: AsyncIterable<ActionLine>;
}

/** What a daemon that is about to be replaced tells of the next one. A daemon of an older version tells only its pid. */
export interface DaemonRestart {
  readonly pid: number;
  /** Who comes next, as it is started. */
  readonly program?: readonly string[];
  /** True where nobody but a person starts another one, should that one fail. */
  readonly background?: boolean;
}

/** Which part of the history: all names and the newest 20 where nothing is said. */
export interface HistoryQuery {
  readonly names?: readonly string[];
  readonly limit?: number;
  readonly since?: Date;
  /** Leaves out what only follows from other changes; counts only without `names`. */
  readonly brief?: boolean;
}

/** The daemon of one home, as its routes in `core/api/wire.ts`. Every method throws the daemon's own error. */
export interface DaemonClient {
  /** All processes, or those that `names` (names, `project/name`, globs, `all`) choose; NOT_FOUND names the one that matches nothing. */
  processes(names?: readonly string[]): Promise<ProcessView[]>;
  details(name: string): Promise<ProcessDetail[]>;
  /** Outcomes in the order in which they come true. */
  act(verb: ActionVerb, request: ActionRequest & { readonly names: readonly string[] }, signal?: AbortSignal): AsyncIterable<ActionLine>;
  groups(): Promise<GroupView[]>;
  group(name: string): Promise<GroupView>;
  /** Makes a group, or changes one that was made so. */
  createGroup(request: GroupRequest): Promise<GroupView>;
  /** Forgets a group that was made so; its processes stay. */
  deleteGroup(name: string): Promise<void>;
  actOnGroup(verb: GroupVerb, name: string, request: ActionRequest, signal?: AbortSignal): AsyncIterable<ActionLine>;
  /** Who depends on whom, of everything that is registered. */
  graph(): Promise<GraphView>;
  /** What happens from now on or, with `after` (the `seq` of an entry), since then; ends when the daemon does. */
  events(signal: AbortSignal, after?: number): AsyncIterable<HistoryEntry>;
  register(request: RegisterRequest, signal?: AbortSignal): Promise<Registration>;
  plan(request: RegisterRequest): Promise<RegisterResponse>;
  /** What is registered, as it was declared. */
  definitions(): Promise<DefinitionsView>;
  environment(name: string, difference: boolean): Promise<EnvironmentView[]>;
  history(query: HistoryQuery): Promise<HistoryEntry[]>;
  /** The latest values of all processes, or of those that `names` choose. */
  metrics(names?: readonly string[]): Promise<ProcessMetrics[]>;
  system(): Promise<SystemView>;
  /** The hub, as of now. */
  hub(): Promise<HubView>;
  /** Has the hub running, and gives it once it is ready. Rather use `ensureHub`. */
  startHub(by: string): Promise<HubView>;
  /** Has the daemon know of a program that runs in the foreground, for as long as the answer is read. */
  announce(announcement: ForegroundAnnouncement, signal: AbortSignal): AsyncIterable<ForegroundWord>;
  /** Tells what changed of it. */
  tellChange(id: string, update: ForegroundUpdate): Promise<void>;
  /** Daemon and processes in one answer. */
  overview(): Promise<{ readonly system: SystemView; readonly processes: ProcessView[] }>;
  /** Ends the daemon; with `leave` its children go on for the next one to adopt. */
  stopDaemon(
    leave: boolean,
    options?: { /** A service manager starts another within moments. */ readonly expected: boolean },
    signal?: AbortSignal,
  ): AsyncIterable<ActionResult>;
  /** `program`: who asks, as it is started; it comes next where it can. */
  restartDaemon(program: readonly string[]): Promise<DaemonRestart>;
}

/** The client of `home`. Nothing is sent, and no daemon started, before the first call. */
export function connect(home: string, options: ConnectOptions): DaemonClient {
  const connection = openConnection(home, options);
  const ask = <Value>(request: TransportRequest): Promise<Value> =>
    question<Value>(connection, request, () => readAddress(clientPlaces(home).pidFile)?.pid);
  const lines = <Value>(request: TransportRequest): AsyncGenerator<Value> => stream<Value>(connection, request);
  return {
    processes: (names) => ask({ method: "GET", path: `/v1/processes${query({ names: names?.join(",") })}` }),
    details: (name) => ask({ method: "GET", path: `/v1/processes/${encodeURIComponent(name)}` }),
    act: (verb, body, signal) => lines({ method: "POST", path: `/v1/processes/${verb}`, body, signal }),
    groups: () => ask({ method: "GET", path: "/v1/groups" }),
    group: (name) => ask({ method: "GET", path: groupPath(name) }),
    createGroup: (body) => ask({ method: "POST", path: "/v1/groups", body }),
    deleteGroup: async (name) => void (await ask<unknown>({ method: "POST", path: `${groupPath(name)}/delete`, body: {} })),
    actOnGroup: (verb, name, body, signal) => lines({ method: "POST", path: `${groupPath(name)}/${verb}`, body, signal }),
    graph: () => ask({ method: "GET", path: "/v1/graph" }),
    events: (signal, after) => events<HistoryEntry>(connection, { method: "GET", path: `/v1/events${query({ after })}`, signal }),
    register: (body, signal) =>
      register(lines({ method: "PUT", path: manifestPath(body), body, signal, answerLimitMs: REGISTER_LIMIT_MS })),
    plan: (body) => ask({ method: "POST", path: `${manifestPath(body)}/plan`, body }),
    definitions: () => ask({ method: "GET", path: "/v1/definitions" }),
    environment: (name, diff) =>
      ask({ method: "GET", path: `/v1/processes/${encodeURIComponent(name)}/environment${query({ diff: diff ? "true" : undefined })}` }),
    history: ({ names, limit, since, brief }) =>
      ask({ method: "GET", path: `/v1/history${query({ names: names?.join(","), limit, since: since?.toISOString(), brief })}` }),
    metrics: (names) => ask({ method: "GET", path: `/v1/metrics${query({ names: names?.join(",") })}` }),
    system: () => ask({ method: "GET", path: "/v1/system" }),
    hub: () => ask({ method: "GET", path: "/v1/hub" }),
    startHub: (by) => ask({ method: "POST", path: "/v1/hub/start", body: { by } }),
    announce: (body, signal) => events<ForegroundWord>(connection, { method: "POST", path: "/v1/foreground", body, signal }),
    tellChange: async (id, body) => void (await ask<unknown>({ method: "PUT", path: `/v1/foreground/${id}`, body })),
    overview: () => ask({ method: "GET", path: "/v1/overview" }),
    stopDaemon: (leave, options, signal) => lines({ method: "POST", path: STOP_PATH, body: { leave, ...options }, signal }),
    restartDaemon: (program) => ask({ method: "POST", path: "/v1/daemon/restart", body: { program } }),
  };
}

function manifestPath({ manifest }: RegisterRequest): string {
  return `/v1/manifests/${encodeURIComponent(manifest.id)}`;
}

function groupPath(name: string): string {
  return `/v1/groups/${encodeURIComponent(name)}`;
}

function query(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  return pairs.length === 0 ? "" : `?${pairs.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&")}`;
}

async function question<Value>(connection: Connection, request: TransportRequest, pid: () => number | undefined): Promise<Value> {
  const signal = AbortSignal.timeout(QUESTION_LIMIT_MS);
  try {
    const reply = await connection({ ...request, signal });
    await refuseErrors(reply);
    return JSON.parse(await reply.text()) as Value;
  } catch (error) {
    throw signal.aborted ? await silent(pid(), QUESTION_LIMIT_MS) : explain(error);
  }
}

async function* stream<Value>(connection: Connection, request: TransportRequest): AsyncGenerator<Value> {
  try {
    const reply = await connection({ answerLimitMs: QUESTION_LIMIT_MS, ...request });
    await refuseErrors(reply);
    for await (const value of readJsonLines<Value>(reply.chunks())) {
      const { error, did } = value as { error?: ErrorBody; did?: string };
      // A line that is nothing but an error ends the whole request; in a result the error is that process's own.
      if (error && did === undefined) throw errorFrom(error);
      yield value;
    }
  } catch (error) {
    throw request.signal?.aborted ? interrupted(request) : explain(error);
  }
}

async function* events<Value>(connection: Connection, request: TransportRequest): AsyncGenerator<Value> {
  try {
    const reply = await connection({ answerLimitMs: QUESTION_LIMIT_MS, ...request });
    await refuseErrors(reply);
    for await (const data of readEvents(reply.chunks())) yield JSON.parse(data) as Value;
  } catch (error) {
    if (!request.signal?.aborted) throw explain(error);
  }
}

async function register(lines: AsyncGenerator<unknown>): Promise<Registration> {
  const first = await lines.next();
  if (first.done)
    throw new GhostError("DAEMON_UNREACHABLE", "cannot register: the daemon ended before it answered", { hint: "ghost daemon logs" });
  const { changes, groups, warnings } = first.value as Omit<Registration, "results">;
  return { changes, groups, warnings, results: lines as AsyncGenerator<ActionLine> };
}

async function refuseErrors({ status, text }: TransportReply): Promise<void> {
  if (status < 400) return;
  throw errorFrom(
    errorIn(await text()) ?? {
      code: "FAILED",
      message: `cannot do this: the daemon answered with status ${status}`,
      hint: "ghost daemon logs",
    },
  );
}

function errorIn(text: string): ErrorBody | null {
  try {
    return (JSON.parse(text) as { error?: ErrorBody }).error ?? null;
  } catch {
    return null;
  }
}

/** A connection that breaks in the middle of an answer means that the daemon ended; what was asked may have been done. */
function explain(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof GhostError || typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error;
  return new GhostError("DAEMON_UNREACHABLE", "cannot hear the daemon any more: it ended while it answered", {
    hint: "ghost list shows what stands",
    cause: error,
  });
}

function interrupted({ path }: TransportRequest): GhostError {
  const hint = path === STOP_PATH ? "ghost daemon status tells whether it has ended" : "ghost list shows what stands";
  return new GhostError("INTERRUPTED", "interrupted: the daemon goes on with what was asked", { hint });
}
