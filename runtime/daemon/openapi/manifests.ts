import {
  answers,
  body,
  flag,
  inPath,
  integer,
  listOf,
  number,
  object,
  oneOf,
  orNull,
  type Paths,
  ref,
  type Schema,
  text,
  textMap,
} from "./parts.ts";

const id = inPath("id", "the absolute path of the file, percent-encoded");

/** What files declare. */
export const manifestPaths: Paths = {
  "/v1/manifests": {
    get: { summary: "What was registered, without the processes", responses: answers("a manifest each", listOf(ref("ManifestHead"))) },
  },
  "/v1/definitions": {
    get: {
      summary: "What is registered as it was declared, with references in the place of secrets",
      responses: answers("the definitions", ref("Definitions")),
    },
  },
  "/v1/manifests/{id}": {
    put: {
      summary: "Register: apply the difference",
      parameters: [id],
      requestBody: body(ref("RegisterRequest")),
      responses: answers(
        "first the plan, once it is durable, then one outcome a line",
        { anyOf: [ref("Plan"), ref("ActionResult")] },
        "application/x-ndjson",
      ),
    },
  },
  "/v1/manifests/{id}/plan": {
    post: {
      summary: "What `register` would change",
      parameters: [id],
      requestBody: body(ref("RegisterRequest")),
      responses: answers("the plan", ref("Plan")),
    },
  },
};

const head = { id: text, project: text, files: listOf(text), groups: listOf(ref("GroupDefinition")), path: text };

const probe: Schema = {
  anyOf: [
    object({ kind: oneOf("http"), url: text, status: orNull(listOf(integer)), body: orNull(text) }),
    object({ kind: oneOf("tcp"), host: text, port: text }),
    object({ kind: oneOf("exec"), executable: text, args: listOf(text), shell: flag }),
    object({ kind: oneOf("log"), pattern: text }),
    object({ kind: oneOf("heartbeat"), intervalMs: number }),
  ],
};

/** What versions since the first have added to a definition: a client may leave it out. */
const orchestration: Readonly<Record<string, Schema>> = {
  dependsOn: listOf(
    object({ name: text, condition: oneOf("started", "healthy", "completed"), onLoss: oneOf("ignore", "hold", "restart", "stop") }),
  ),
  healthCheck: orNull(
    object({ probe, periodMs: number, timeoutMs: number, failures: integer, successes: integer, startGraceMs: number, restart: flag }),
  ),
  instances: integer,
  scaledFrom: integer,
  ports: { type: "object", additionalProperties: { anyOf: [integer, oneOf("auto")] } },
  listen: orNull(object({ host: text, port: integer, portFrom: text }, ["host", "port"])),
  schedule: orNull(object({ cron: text, timezone: orNull(text), overlap: { const: false } })),
  reload: orNull(object({ signal: text })),
  on: object({ failed: text, crash_loop: text, unhealthy: text, recovered: text }, []),
  app: orNull(
    object({
      file: text,
      config: text,
      grants: listOf(text),
      logsPath: orNull(text),
      monitored: flag,
      says: object({ type: flag, restart: flag }),
    }),
  ),
};

const declared: Readonly<Record<string, Schema>> = {
  name: text,
  project: text,
  executable: text,
  args: listOf(text),
  shell: flag,
  workingDirectory: text,
  environment: { type: "object", additionalProperties: { anyOf: [text, object({ fromFile: text })] } },
  envFiles: listOf(text),
  inherited: textMap,
  type: oneOf("service", "oneshot"),
  restart: object({
    policy: oneOf("always", "on-failure", "never"),
    delayMs: number,
    factor: number,
    maxDelayMs: number,
    jitter: number,
    resetAfterMs: number,
    maxRestarts: orNull(integer),
    windowMs: number,
    successCodes: listOf(integer),
  }),
  stop: object({ signal: text, timeoutMs: number, command: orNull(text) }),
  logs: object({ maxSizeBytes: integer, maxFiles: integer, compress: flag }),
  watch: orNull(object({ paths: listOf(text), ignore: listOf(text), debounceMs: number })),
  limits: object({ memoryBytes: orNull(integer), openFiles: orNull(integer), cpu: orNull(number), pids: orNull(integer) }, [
    "memoryBytes",
    "openFiles",
  ]),
  user: orNull(text),
  group: orNull(text),
  umask: orNull(integer),
  nice: orNull(integer),
  source: orNull(object({ file: text, line: integer })),
};
const definition: Schema = object({ ...declared, ...orchestration }, Object.keys(declared));

const difference = object({ key: text, before: orNull(text), after: orNull(text) });

/** The shapes of manifests and plans. */
export const manifestSchemas: Readonly<Record<string, Schema>> = {
  ManifestHead: object(head),
  ProcessDefinition: definition,
  GroupDefinition: object({
    name: text,
    project: text,
    processes: listOf(text),
    startup: ref("StartupOrder"),
    source: orNull(object({ file: text, line: integer })),
  }),
  Definitions: object({
    processes: listOf(
      object({ definition: ref("ProcessDefinition"), path: text, ports: { type: "object", additionalProperties: integer } }),
    ),
    groups: listOf(ref("GroupDefinition")),
  }),
  RegisterRequest: object(
    {
      manifest: object({ ...head, processes: listOf(ref("ProcessDefinition")), secrets: textMap }, [
        "id",
        "project",
        "files",
        "path",
        "processes",
        "secrets",
      ]),
      progress: flag,
      start: flag,
      prune: flag,
      noWait: flag,
      by: text,
    },
    ["manifest"],
  ),
  Plan: object(
    {
      changes: listOf(
        object({
          project: text,
          name: text,
          action: oneOf("add", "change", "remove", "keep"),
          disrupts: flag,
          differences: listOf(difference),
        }),
      ),
      groups: listOf(
        object(
          {
            project: text,
            name: text,
            action: oneOf("add", "change", "remove"),
            differences: listOf(object({ key: text, before: text, after: text })),
          },
          ["project", "name", "action"],
        ),
      ),
      warnings: listOf(text),
    },
    ["changes", "warnings"],
  ),
};
