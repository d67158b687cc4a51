import {
  answers,
  body,
  flag,
  inPath,
  inQuery,
  integer,
  listOf,
  number,
  type Operation,
  object,
  oneOf,
  orNull,
  type Paths,
  ref,
  type Schema,
  text,
  time,
} from "./parts.ts";

const name = inPath("name", "`name`, `name:N` for one instance, `project/name`, a group, a glob, or `all`");
const ACTIONS = {
  start: "Start with all that it needs, and wait until it is ready",
  stop: "Stop, and wait until the whole tree has ended",
  restart: "Restart; what does not run is started",
  reload: "Take up changes without being away: by the reload signal, or instance by instance",
  scale: "Change the number of instances",
  trigger: "Run a one-shot now, whether its schedule is armed or not",
  signal: "Send a signal to the main process",
  delete: "Stop and forget; logs stay",
} as const;

const results = ref("ActionResult");

function one(summary: string): Operation {
  return {
    summary,
    parameters: [name],
    requestBody: body(ref("ActionRequest")),
    responses: answers("an outcome for each", listOf(results)),
  };
}

function many(summary: string): Operation {
  const request = { allOf: [ref("ActionRequest"), object({ names: listOf(text) })] };
  return {
    summary: `${summary}: several`,
    requestBody: body(request),
    responses: answers(
      "one outcome a line, as it comes true; with `progress` also who is not ready yet",
      { anyOf: [results, ref("ActionWait")] },
      "application/x-ndjson",
    ),
  };
}

const actions = Object.entries(ACTIONS).flatMap(([action, summary]): [string, { post: Operation }][] => [
  [`/v1/processes/${action}`, { post: many(summary) }],
  [`/v1/processes/{name}/${action}`, { post: one(summary) }],
]);

/** Processes and what can be done with them. */
export const processPaths: Paths = {
  "/v1/processes": {
    get: {
      summary: "All processes",
      parameters: [inQuery("names", "only these, divided by commas")],
      responses: answers("a process each", listOf(ref("Process"))),
    },
  },
  "/v1/processes/{name}": {
    get: { summary: "A full account", parameters: [name], responses: answers("an account each", listOf(ref("ProcessDetail"))) },
  },
  "/v1/processes/{name}/beat": {
    post: {
      summary: "The process says that it is well (`health_check: { heartbeat: … }`)",
      parameters: [name],
      responses: answers("each that was waited for", listOf(ref("Beat"))),
    },
  },
  "/v1/processes/{name}/environment": {
    get: {
      summary: "Each variable and its origin, secrets masked",
      parameters: [name, inQuery("diff", "true: compare with the running process", flag)],
      responses: answers("an environment each", listOf(ref("Environment"))),
    },
  },
  ...Object.fromEntries(actions),
};

/** All that a process can be seen as. */
export const STATUSES = ["stopped", "waiting", "starting", "running", "unhealthy", "stopping", "backoff", "exited", "failed"] as const;

const process: Schema = object({
  id: text,
  project: text,
  name: text,
  instance: integer,
  kind: oneOf("process", "ghost"),
  type: oneOf("service", "oneshot"),
  status: oneOf(...STATUSES),
  desired: oneOf("up", "down"),
  health: oneOf("none", "unknown", "healthy", "unhealthy"),
  waitingFor: listOf(text),
  crashLooping: flag,
  pid: orNull(integer),
  restarts: integer,
  exitCode: orNull(integer),
  exitSignal: orNull(text),
  exitKnown: flag,
  startedAt: orNull(time),
  stoppedAt: orNull(time),
  nextStartAt: orNull(time),
  cpuPercent: number,
  memoryBytes: integer,
  privateBytes: integer,
  threads: integer,
  groups: listOf(text),
  node: text,
  why: text,
  source: orNull(text),
  logs: object({ out: text, err: text }),
  foreground: flag,
});

/** The shapes of processes and actions. */
export const processSchemas: Readonly<Record<string, Schema>> = {
  Process: process,
  ProcessDetail: {
    allOf: [
      ref("Process"),
      object({
        command: listOf(text),
        workingDirectory: text,
        tree: listOf(object({ pid: integer, command: text })),
        restartPolicy: text,
        line: orNull(integer),
        history: listOf(ref("HistoryEntry")),
        probe: orNull(object({ ok: flag, detail: text, latencyMs: number, time })),
        schedule: orNull(object({ cron: text, timezone: orNull(text) })),
        results: listOf(ref("RunResult")),
        ports: { type: "object", additionalProperties: integer },
        app: orNull(ref("App")),
      }),
    ],
  },
  RunResult: object({ startedAt: orNull(time), endedAt: time, exitCode: orNull(integer), exitSignal: orNull(text), ok: flag, by: text }),
  Beat: object({ project: text, name: text, instance: integer, health: oneOf("none", "unknown", "healthy", "unhealthy") }),
  ActionRequest: object(
    {
      noWait: flag,
      wait: flag,
      force: flag,
      signal: text,
      instances: integer,
      order: oneOf("dependency", "sequential", "parallel"),
      rollback: flag,
      progress: flag,
      by: text,
    },
    [],
  ),
  ActionWait: object({ waiting: object({ project: text, name: text, instance: integer, for: listOf(text) }) }),
  ActionResult: object(
    { project: text, name: text, instance: integer, ok: flag, did: text, pid: orNull(integer), error: ref("Error"), note: text },
    ["project", "name", "instance", "ok", "did", "pid"],
  ),
  Environment: object({
    project: text,
    name: text,
    variables: listOf(object({ key: text, value: text, origin: text })),
    difference: orNull(listOf(object({ key: text, running: orNull(text), declared: orNull(text) }))),
  }),
};
