import {
  answers,
  flag,
  inHeader,
  inQuery,
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
  time,
} from "./parts.ts";

/** The latest values. */
export const metricPaths: Paths = {
  "/metrics": {
    get: {
      summary: "All values as OpenMetrics 1.0, or in the text format 0.0.4 for whoever accepts only text/plain",
      parameters: [inHeader("Accept", "application/openmetrics-text (default) or text/plain")],
      responses: answers("ends with `# EOF`", text, "application/openmetrics-text"),
    },
  },
  "/v1/metrics": {
    get: {
      summary: "The values of all processes or of some",
      parameters: [inQuery("names", "only these, divided by commas")],
      responses: answers("one element an instance", listOf(ref("ProcessMetrics"))),
    },
  },
};

/** The shape of values. */
export const metricSchemas: Readonly<Record<string, Schema>> = {
  ProcessMetrics: object({
    project: text,
    name: text,
    instance: integer,
    status: text,
    health: oneOf("none", "unknown", "healthy", "unhealthy"),
    up: flag,
    crashLooping: flag,
    restarts: integer,
    cpuPercent: number,
    cpuSeconds: number,
    memoryBytes: integer,
    privateBytes: integer,
    threads: integer,
    startedAt: orNull(time),
    uptimeSeconds: orNull(number),
    lastExitCode: orNull(integer),
    probe: orNull(object({ ok: flag, latencySeconds: number })),
  }),
};
