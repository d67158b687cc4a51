import { catalogue } from "../../../core/errors/catalogue.ts";
import { answers, body, flag, integer, listOf, number, object, oneOf, orNull, type Paths, ref, type Schema, text, time } from "./parts.ts";

/** The daemon itself. */
export const daemonPaths: Paths = {
  "/v1/system": { get: { summary: "The daemon's account of itself", responses: answers("the account", ref("System")) } },
  "/v1/overview": {
    get: {
      summary: "Daemon and processes in one answer",
      responses: answers("both", object({ system: ref("System"), processes: listOf(ref("Process")) })),
    },
  },
  "/v1/openapi.json": { get: { summary: "This document", responses: answers("OpenAPI 3.1", { type: "object" }) } },
  "/healthz": { get: { summary: "Whether it answers", responses: answers("ok", text, "text/plain") } },
  "/v1/daemon/stop": {
    post: {
      summary: "End the daemon, and its processes in order unless `leave`",
      requestBody: body(object({ leave: flag, by: text, expected: flag }, [])),
      responses: answers("one outcome a line", ref("ActionResult"), "application/x-ndjson"),
    },
  },
  "/v1/daemon/restart": {
    post: {
      summary: "Replace the daemon, by `program` where it is not in the foreground; its processes go on",
      requestBody: body(object({ program: listOf(text) }, [])),
      responses: answers(
        "the pid of the one that ends, and who comes next",
        object({ pid: integer, program: listOf(text), background: flag }),
      ),
    },
  },
};

/** The shapes of the daemon and of errors. */
export const daemonSchemas: Readonly<Record<string, Schema>> = {
  Error: object({ code: oneOf(...Object.keys(catalogue)), message: text, hint: text, details: { type: "object" } }, ["code", "message"]),
  System: object({
    running: flag,
    pid: integer,
    version: text,
    runtime: text,
    home: text,
    socket: text,
    http: orNull(text),
    startedAt: time,
    helperPids: listOf(integer),
    processes: { type: "object", additionalProperties: integer },
    cpuPercent: number,
    memoryBytes: integer,
    privateBytes: integer,
    threads: integer,
    warnings: listOf(text),
    appProblems: integer,
    monitoring: object({ enabled: flag, intervalMs: number }),
    limits: object({ memory: text, cpu: text, pids: text, open_files: text }),
    hub: ref("Hub"),
  }),
};
