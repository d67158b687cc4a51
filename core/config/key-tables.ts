import { BOOLEAN, DURATION, INTEGER, type KeyTable, NAME, NUMBER, objectSchema, SIZE, TEXT, TEXTS, WORD, WORDS } from "./key-schemas.ts";
import { DEPENDS_ON_SCHEMA, GROUP_KEYS, HEALTH_KEYS, HOOK_KEYS, PORTS_SCHEMA, RELOAD_KEYS, SCHEDULE_KEYS } from "./orchestration-keys.ts";

/** `restart: { … }` */
export const RESTART_KEYS = {
  policy: {
    schema: { enum: ["always", "on-failure", "never"], default: "always", description: "When a process that ended is started again." },
  },
  delay: { schema: { ...DURATION, default: "100ms", description: "The first back-off delay." } },
  factor: { schema: { ...NUMBER, minimum: 1, default: 2, description: "Each further delay is this many times the one before." } },
  max_delay: { schema: { ...DURATION, default: "30s", description: "The longest back-off delay." } },
  jitter: { schema: { ...NUMBER, minimum: 0, maximum: 1, default: 0.1, description: "Share of the delay that is random." } },
  reset_after: {
    schema: { ...DURATION, default: "60s", description: "A run of at least this long is stable and sets the back-off back." },
  },
  max_restarts: {
    schema: {
      ...INTEGER,
      minimum: 0,
      description: "The exit after this many restarts within `window` is final; without it, slow retries for ever.",
    },
  },
  window: { schema: { ...DURATION, default: "60s", description: "The window in which `max_restarts` counts." } },
  success_codes: {
    schema: {
      anyOf: [INTEGER, { type: "array", items: { ...INTEGER, minimum: 0, maximum: 255 } }],
      default: [0],
      description: "Exit codes that count as success.",
    },
  },
} as const satisfies KeyTable;

/** `stop: { … }` */
export const STOP_KEYS = {
  signal: { schema: { ...TEXT, default: "SIGTERM", description: "The signal that asks the process to end." } },
  timeout: { schema: { ...DURATION, default: "10s", description: "How long it may take before SIGKILL." } },
  command: { schema: { ...TEXT, description: "A shell command that is run instead of the signal, with GHOST_PID in its environment." } },
} as const satisfies KeyTable;

/** `watch: { … }` */
export const WATCH_KEYS = {
  enabled: { schema: { ...BOOLEAN, default: true } },
  paths: { schema: { anyOf: [TEXT, TEXTS], default: ["."], description: "Globs or paths, relative to the working directory." } },
  ignore: { schema: { anyOf: [TEXT, TEXTS], default: [], description: "Globs or paths whose changes do not count." } },
  debounce: { schema: { ...DURATION, default: "100ms", description: "How long changes must rest before the restart." } },
} as const satisfies KeyTable;

/** `resource_limits: { … }` */
export const LIMIT_KEYS = {
  memory: {
    schema: {
      type: ["number", "string"],
      exclusiveMinimum: 0,
      description: "Memory of the whole process tree; over it, the process is restarted. A bare number is MB.",
    },
  },
  open_files: { schema: { ...INTEGER, minimum: 1, description: "The limit of open files (RLIMIT_NOFILE)." } },
  cpu: {
    schema: { ...NUMBER, minimum: 0.01, maximum: 1024, description: "Cores that the tree may use, as 1.5; needs a writable cgroup v2." },
  },
  pids: { schema: { ...INTEGER, minimum: 1, description: "Processes and threads that the tree may have; needs a writable cgroup v2." } },
} as const satisfies KeyTable;

/** `logs: { … }` */
export const LOG_KEYS = {
  max_size: { schema: { ...SIZE, default: "10MB", description: "A log file at least this long is rotated at the next line's end." } },
  max_files: { schema: { ...INTEGER, minimum: 0, default: 5, description: "Rotated files that are kept." } },
  compress: { schema: { ...BOOLEAN, default: false, description: "gzip rotated files." } },
} as const satisfies KeyTable;

/** The map that takes an environment value from a file. */
export const FROM_FILE_KEYS = {
  from_file: { schema: { ...TEXT, description: "A file that is read at each start; its text, without the last line end, is the value." } },
} as const satisfies KeyTable;

/** One process. */
export const PROCESS_KEYS = {
  name: {
    schema: {
      ...NAME,
      description: "Letters, digits, - and _; unique in its project; not `all`.",
    },
  },
  executable: { schema: { ...TEXT, description: "The program: a name that is looked up in PATH, or a path." } },
  command: { schema: { anyOf: [TEXT, WORDS], description: "Program and arguments in one, instead of `executable`." } },
  app: { schema: { ...TEXT, description: "The folder of an app, with a .ghost.yaml, instead of `executable`." } },
  args: {
    schema: { anyOf: [WORD, WORDS], description: "Arguments: a list, or one text that is split as a shell would; no shell is run." },
  },
  shell: { schema: { ...BOOLEAN, default: false, description: "Run the command line by /bin/sh." } },
  working_directory: {
    aliases: ["cwd", "working_dir"],
    schema: { ...TEXT, description: "Relative to this file; default: this file's folder." },
  },
  environment: {
    aliases: ["env"],
    schema: {
      anyOf: [
        { type: "object", additionalProperties: { anyOf: [WORD, objectSchema(FROM_FILE_KEYS, ["from_file"])] } },
        { type: "array", items: { ...TEXT, pattern: "=" } },
      ],
      description: "Variables: a map, or a list of KEY=value.",
    },
  },
  env_file: { schema: { anyOf: [TEXT, TEXTS], description: "Files of KEY=value lines, read at each start, the later winning." } },
  inherit: { schema: { anyOf: [BOOLEAN, TEXTS], description: "Variables of the registering shell that are passed on, or true for all." } },
  type: {
    schema: {
      enum: ["service", "oneshot"],
      description: "Default: service if it restarts, has a check, listens or has instances, else oneshot.",
    },
  },
  restart: {
    schema: {
      anyOf: [BOOLEAN, { enum: ["always", "on-failure", "never"] }, objectSchema(RESTART_KEYS)],
      default: false,
      description: "When a process that ended is started again; true = always.",
    },
  },
  depends_on: { schema: DEPENDS_ON_SCHEMA },
  health_check: { schema: { ...objectSchema(HEALTH_KEYS), description: "What is asked to learn whether it is ready and well." } },
  instances: {
    schema: { ...INTEGER, minimum: 1, maximum: 1000, default: 1, description: "How many of it run; each gets GHOST_INSTANCE=0, 1, …" },
  },
  ports: { schema: PORTS_SCHEMA },
  listen: {
    schema: { type: ["string", "integer"], description: "A port or host:port on which Ghost listens for it; handed down as descriptor 3." },
  },
  schedule: { schema: { anyOf: [TEXT, objectSchema(SCHEDULE_KEYS, ["cron"])], description: "When a one-shot is run, as cron writes it." } },
  stop: { schema: { ...objectSchema(STOP_KEYS), description: "How the process is asked to end." } },
  reload: { schema: { ...objectSchema(RELOAD_KEYS, ["signal"]), description: "How it takes up changes without an end." } },
  on: { schema: { ...objectSchema(HOOK_KEYS), description: "Commands that are run when something happens to it." } },
  watch: { schema: { anyOf: [BOOLEAN, objectSchema(WATCH_KEYS)], default: false, description: "Restart when files change." } },
  resource_limits: { schema: objectSchema(LIMIT_KEYS) },
  logs: { schema: { ...objectSchema(LOG_KEYS), description: "Rotation of out.log and err.log." } },
  user: { schema: { type: ["string", "integer"], description: "A user's name or number; needs root." } },
  group: { schema: { type: ["string", "integer"], description: "A group's name or number; needs root." } },
  umask: { schema: { type: ["string", "integer"], description: 'Octal digits, as in "022".' } },
  nice: { schema: { ...INTEGER, minimum: -20, maximum: 19, description: "Priority: -20 (first) to 19 (last)." } },
} as const satisfies KeyTable;

/** The whole file. Keys that begin with `x-` are ignored besides: a place for anchors. */
export const FILE_KEYS = {
  project: { schema: { ...TEXT, description: "Default: the folder's name." } },
  processes: { schema: { description: "A list of processes, or a map by name." } },
  groups: {
    schema: {
      description: "Processes that are started and stopped by one name: a list of groups, or a map by name.",
      oneOf: [
        { type: "array", items: objectSchema(GROUP_KEYS, ["name", "processes"]) },
        { type: "object", additionalProperties: objectSchema(GROUP_KEYS, ["processes"]) },
      ],
    },
  },
} as const satisfies KeyTable;
