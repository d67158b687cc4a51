import { BOOLEAN, DURATION, INTEGER, type KeyTable, NAME, objectSchema, TEXT, WORDS } from "./key-schemas.ts";

/** `depends_on: { NAME: { … } }` */
export const DEPENDENCY_KEYS = {
  condition: {
    schema: {
      enum: ["started", "healthy", "completed"],
      description: "Default: healthy if the other has a check, completed if it is a one-shot, else started.",
    },
  },
  on_loss: {
    schema: {
      enum: ["ignore", "hold", "restart", "stop"],
      default: "ignore",
      description: "What happens to this process when the condition holds no longer.",
    },
  },
} as const satisfies KeyTable;

/** `health_check: { http: { … } }` */
export const HTTP_KEYS = {
  url: { schema: { ...TEXT, description: "Begins with http:// or https://." } },
  status: {
    schema: {
      anyOf: [INTEGER, { type: "array", items: { ...INTEGER, minimum: 100, maximum: 599 } }],
      description: "Codes that pass; default: 200 to 399.",
    },
  },
  body: { schema: { ...TEXT, description: "A regular expression that the body (its first 64 KiB) must match." } },
} as const satisfies KeyTable;

/** The ways to ask after a process's health. */
export const PROBE_KINDS = ["http", "tcp", "exec", "log", "heartbeat"] as const;

/** `health_check: { … }`: exactly one of http, tcp, exec, log and heartbeat. */
export const HEALTH_KEYS = {
  http: { schema: { anyOf: [TEXT, objectSchema(HTTP_KEYS, ["url"])], description: "A URL that must answer." } },
  tcp: { schema: { type: ["string", "integer"], description: "host:port, or a port of this machine, that must accept connections." } },
  exec: { schema: { anyOf: [TEXT, WORDS], description: "A command that must end with 0, in the process's folder and environment." } },
  log: { schema: { ...TEXT, description: "A regular expression that a line of the output since the start must match." } },
  heartbeat: { schema: { ...DURATION, description: "The process tells that it is well at least this often." } },
  period: { schema: { ...DURATION, default: "5s", description: "From one answer to the next question." } },
  timeout: { schema: { ...DURATION, default: "2s", description: "An answer that takes longer is a failure." } },
  failures: { schema: { ...INTEGER, minimum: 1, default: 3, description: "Failures in a row that make it unhealthy." } },
  successes: { schema: { ...INTEGER, minimum: 1, default: 1, description: "Successes in a row that make it healthy." } },
  start_grace: {
    schema: {
      ...DURATION,
      default: "2m",
      description: "Failures do not count for so long after the start, or until the first success; not healthy by then is unhealthy.",
    },
  },
  restart: { schema: { ...BOOLEAN, default: false, description: "Restart it when it is unhealthy." } },
} as const satisfies KeyTable;

/** `schedule: { … }` */
export const SCHEDULE_KEYS = {
  cron: { schema: { ...TEXT, description: 'Five or six fields as in "*/5 * * * *", or @hourly, @daily and the like.' } },
  timezone: { schema: { ...TEXT, description: "An IANA name such as Europe/Berlin; default: the daemon's." } },
} as const satisfies KeyTable;

/** `reload: { … }` */
export const RELOAD_KEYS = {
  signal: { schema: { ...TEXT, description: "The signal by which the process takes up changes without an end." } },
} as const satisfies KeyTable;

/** `on: { … }`, of a process and of the node. */
export const HOOK_KEYS = {
  failed: { schema: { ...TEXT, description: "A shell command, when it ended for good against its will; the event is JSON on stdin." } },
  crash_loop: { schema: { ...TEXT, description: "A shell command, when it keeps crashing." } },
  unhealthy: { schema: { ...TEXT, description: "A shell command, when its check fails." } },
  recovered: { schema: { ...TEXT, description: "A shell command, when it is well again." } },
} as const satisfies KeyTable;

/** A group. */
export const GROUP_KEYS = {
  name: { schema: { ...NAME, description: "Letters, digits, - and _; unique among processes and groups; not `all`." } },
  processes: { schema: { anyOf: [NAME, { type: "array", items: NAME }], description: "Names of processes." } },
  startup: {
    schema: {
      enum: ["dependency", "sequential", "parallel"],
      default: "dependency",
      description: "By what they depend on, one after the other, or all at once whatever they depend on.",
    },
  },
} as const satisfies KeyTable;

/** `depends_on`: names, or a map by name. */
export const DEPENDS_ON_SCHEMA = {
  anyOf: [
    NAME,
    { type: "array", items: NAME },
    { type: "object", additionalProperties: { anyOf: [{ type: "null" }, objectSchema(DEPENDENCY_KEYS)] } },
  ],
  description: "Processes that it needs: names, or a map from name to condition and on_loss.",
} as const;

/** `ports`: a map by name. */
export const PORTS_SCHEMA = {
  type: "object",
  propertyNames: { pattern: NAME.pattern },
  additionalProperties: { anyOf: [{ ...INTEGER, minimum: 1, maximum: 65535 }, { const: "auto" }] },
  description: "Ports by name; `auto` is a free one that is kept. ${ports.NAME} stands for it anywhere in the file.",
} as const;
