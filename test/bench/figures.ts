/** The measures that `--only` selects; each gives one or more figures. */
export const MEASURES = [
  "cold",
  "start",
  "memory",
  "idle",
  "status",
  "restart",
  "log",
  "thousand",
  "plan",
  "health",
  "graph",
  "loss",
  "app",
  "hub-hot",
  "hub-cold",
  "hub-durable",
  "hub-fan-out",
  "hub-request",
  "hub-sdk",
  "hub-sql",
  "hub-memory",
  "hub-restart",
] as const;

/** One of `MEASURES`. */
export type Measure = (typeof MEASURES)[number];

/** A bound that Ghost's median is held against: a value, or a multiple of what redis-server reached in the same run. */
export type Target = { readonly atMost: number } | { readonly atLeast: number } | { readonly timesRedis: number };

/** One row of the result. */
export interface Figure {
  readonly title: string;
  /** 1 MB = 1,000,000 bytes and 1 KB = 1,000 bytes, in memory too: the stricter reading. */
  readonly unit: "ms" | "s" | "MB" | "KB" | "%" | "MB/s" | "s/GB" | "×" | "k/s" | "µs";
  /** Absent: recorded for comparison only. */
  readonly target?: Target;
}

/**
 * Every figure, in the order of the table. The targets are those of the project's "Speed" requirements.
 * "100:" and "1,000:" are the number of idle children under supervision; "s/GB" are CPU seconds of the supervisor alone.
 */
export const FIGURES = {
  "binary-start": { title: "version command, whole process", unit: "ms" },
  "cold-start": { title: "daemon started from nothing: command returns", unit: "ms" },
  "status-100": { title: "100: status command, whole process", unit: "ms", target: { atMost: 12 } },
  "start-100-returns": { title: "100: register and start: command returns", unit: "ms", target: { atMost: 350 } },
  "start-100-runs": { title: "100: register and start: every child runs", unit: "ms", target: { atMost: 350 } },
  "memory-100": { title: "100: memory of daemon and helpers (PSS)", unit: "MB", target: { atMost: 60 } },
  "memory-1000": { title: "1,000: memory of daemon and helpers (PSS)", unit: "MB" },
  "memory-per-child": { title: "memory per further child, from 100 to 1,000", unit: "KB", target: { atMost: 25 } },
  "idle-cpu": { title: "100: CPU of daemon and helpers when idle", unit: "%", target: { atMost: 0.2 } },
  restart: { title: "100: child killed, its successor's first line", unit: "ms", target: { atMost: 6 } },
  "log-speed": { title: "200 MB of 100-byte lines into the log", unit: "MB/s", target: { atLeast: 350 } },
  "log-cpu": { title: "the supervisor's CPU for that", unit: "s/GB", target: { atMost: 2.5 } },
  "start-1000-returns": { title: "1,000: register and start: command returns", unit: "s", target: { atMost: 4 } },
  "start-1000-runs": { title: "1,000: register and start: every child runs", unit: "s", target: { atMost: 4 } },
  "health-tcp": { title: "200 tcp checks a second: CPU of daemon and helpers", unit: "%", target: { atMost: 3 } },
  "health-http": { title: "200 http checks a second: CPU of daemon and helpers", unit: "%", target: { atMost: 3 } },
  graph: { title: "50 in three layers all healthy, of the programs' own path", unit: "×", target: { atMost: 1.5 } },
  loss: { title: "a change of health reaches all of 50 dependents", unit: "ms", target: { atMost: 10 } },
  "status-1000": { title: "1,000: status command, whole process", unit: "ms", target: { atMost: 40 } },
  "plan-1000": { title: "1,000: plan of an unchanged file, whole process", unit: "ms", target: { atMost: 200 } },
  "first-line": { title: "an app run in the foreground: its first line", unit: "ms", target: { atMost: 60 } },
  "first-line-node": { title: "the same by node alone", unit: "ms" },
  "hub-publish": { title: "PUBLISH, 50 clients", unit: "k/s", target: { timesRedis: 1 } },
  "hub-publish-16": { title: "PUBLISH, 50 clients, 16 at a time", unit: "k/s", target: { timesRedis: 0.8 } },
  "hub-get": { title: "GET of a hot key, 50 clients", unit: "k/s", target: { timesRedis: 1 } },
  "hub-get-16": { title: "GET of a hot key, 50 clients, 16 at a time", unit: "k/s", target: { timesRedis: 0.8 } },
  "hub-cold-get": { title: "GET of 100,000 cold keys, 50 clients", unit: "k/s", target: { atLeast: 80 } },
  "hub-set-50": { title: "durable SET, random keys, changing values, 50 clients", unit: "k/s", target: { timesRedis: 0.4 } },
  "hub-set-1": { title: "durable SET, one client", unit: "k/s", target: { timesRedis: 0.7 } },
  "hub-xadd-50": { title: "durable XADD, 50 clients", unit: "k/s", target: { timesRedis: 0.8 } },
  "hub-xadd-1": { title: "durable XADD, one client", unit: "k/s", target: { timesRedis: 0.7 } },
  "hub-fan-out": { title: "deliveries to 1,000 subscribers", unit: "k/s", target: { timesRedis: 0.8 } },
  "hub-request-p50": { title: "request and response through the session, p50", unit: "µs", target: { atMost: 80 } },
  "hub-request-p99": { title: "request and response through the session, p99", unit: "µs", target: { atMost: 400 } },
  "hub-sdk-publish": { title: "an app publishes, one connection", unit: "k/s", target: { atLeast: 200 } },
  "hub-sdk-receive": { title: "an app receives, for await", unit: "k/s", target: { atLeast: 100 } },
  "hub-sdk-get": { title: "an app reads a key, p50", unit: "µs", target: { atMost: 60 } },
  "hub-sql-open": { title: "a file of SQL of 1 GB: first answer", unit: "s", target: { atMost: 0.5 } },
  "hub-sql-read": { title: "its reads a second, of those of a file of 10 MB", unit: "×", target: { atLeast: 0.8 } },
  "hub-memory": { title: "1,000,000 keys: memory beyond the empty server", unit: "MB", target: { atMost: 100 } },
  "hub-restart": { title: "child killed, its successor's first line, hub saturated", unit: "ms", target: { atMost: 10 } },
} as const satisfies Readonly<Record<string, Figure>>;

/** The name of a figure in `FIGURES` and in the JSON. */
export type FigureId = keyof typeof FIGURES;

/** A figure by its name. */
export function figure(id: FigureId): Figure {
  return FIGURES[id];
}

/** True for what is measured of the hub beside redis-server; all else is beside other supervisors. */
export function isOfHub(id: FigureId): boolean {
  return id.startsWith("hub-");
}
