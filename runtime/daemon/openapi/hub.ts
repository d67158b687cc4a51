import { answers, body, flag, integer, listOf, number, object, oneOf, orNull, type Paths, ref, type Schema, text, time } from "./parts.ts";
import { STATUSES } from "./processes.ts";

/** The hub. As a process it is `ghost/hub`. */
export const hubPaths: Paths = {
  "/v1/hub": { get: { summary: "How the hub is, asked anew", responses: answers("the hub", ref("Hub")) } },
  "/v1/hub/start": {
    post: {
      summary: "Have the hub running; answers once it is ready",
      requestBody: body(object({ by: text }, [])),
      responses: answers("the hub", ref("Hub")),
    },
  },
};

/** The shapes of the hub. */
export const hubSchemas: Readonly<Record<string, Schema>> = {
  Hub: object({
    running: flag,
    status: oneOf(...STATUSES),
    pid: orNull(integer),
    socket: text,
    starts: oneOf("connection", "request", "stopped"),
    startedAt: orNull(time),
    restarts: integer,
    why: text,
    version: orNull(text),
    latencyMs: orNull(number),
    health: orNull(ref("HubHealth")),
    events: object({ published: integer, dropped: integer }),
    warnings: listOf(text),
  }),
  HubHealth: object(
    {
      time,
      status: text,
      checks: { type: "object", additionalProperties: object({ latencyMs: number, error: text, status: text }, []) },
      clients: integer,
      storage: oneOf("disk", "memory"),
      listens: orNull(text),
      warnings: listOf(text),
    },
    ["time", "status", "checks"],
  ),
};
