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
] as const;

/** One of `MEASURES`. */
export type Measure = (typeof MEASURES)[number];

/** A bound that Ghost's median is held against. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** One row of the result. */
export interface Figure {
  readonly title: string;
  /** 1 MB = 1,000,000 bytes and 1 KB = 1,000 bytes, in memory too: the stricter reading. */
  readonly unit: "ms" | "s" | "MB" | "KB" | "%" | "MB/s" | "s/GB" | "×";
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
} as const satisfies Readonly<Record<string, Figure>>;

/** The name of a figure in `FIGURES` and in the JSON. */
export type FigureId = keyof typeof FIGURES;

/** A figure by its name. */
export function figure(id: FigureId): Figure {
  return FIGURES[id];
}
