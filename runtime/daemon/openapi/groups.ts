import { answers, body, flag, inPath, inQuery, integer, listOf, object, oneOf, type Paths, ref, type Schema, text } from "./parts.ts";

const name = inPath("name", "`name` or `project/name`");
const ACTIONS = {
  start: "Start a group in its order, and wait until all are ready",
  stop: "Stop a group against its order",
  restart: "Restart a group: down against its order, and up in it",
} as const;

const actions = Object.entries(ACTIONS).map(([action, summary]) => [
  `/v1/groups/{name}/${action}`,
  {
    post: {
      summary,
      parameters: [name],
      requestBody: body(ref("ActionRequest")),
      responses: answers(
        "one outcome a line, as it comes true; with `progress` also who is not ready yet",
        { anyOf: [ref("ActionResult"), ref("ActionWait")] },
        "application/x-ndjson",
      ),
    },
  },
]);

/** Groups, and the graph of who needs whom. */
export const groupPaths: Paths = {
  "/v1/groups": {
    get: { summary: "All groups", responses: answers("a group each", listOf(ref("Group"))) },
    post: {
      summary: "Make a group, or change one that was made so; it survives registrations and restarts",
      requestBody: body(
        object({ name: text, project: text, processes: listOf(text), startup: ref("StartupOrder") }, ["name", "processes"]),
      ),
      responses: answers("the group", ref("Group")),
    },
  },
  "/v1/groups/{name}": {
    get: { summary: "How many of how many, and what is awaited", parameters: [name], responses: answers("the group", ref("Group")) },
    delete: {
      summary: "Forget a group that was made through the API; its processes stay",
      parameters: [name],
      responses: answers("nothing", object({}, [])),
    },
  },
  "/v1/groups/{name}/delete": {
    post: {
      summary: "Forget a group that was made through the API; its processes stay",
      parameters: [name],
      requestBody: body(object({}, [])),
      responses: answers("nothing", object({}, [])),
    },
  },
  ...Object.fromEntries(actions),
  "/v1/graph": {
    get: {
      summary: "Who depends on whom",
      parameters: [inQuery("names", "only these, divided by commas")],
      responses: answers("nodes and edges", ref("Graph")),
    },
  },
};

/** The shapes of groups and of the graph. */
export const groupSchemas: Readonly<Record<string, Schema>> = {
  StartupOrder: oneOf("dependency", "sequential", "parallel"),
  Group: object({
    project: text,
    name: text,
    startup: ref("StartupOrder"),
    origin: oneOf("file", "api"),
    processes: listOf(text),
    status: oneOf("stopped", "starting", "up", "partial", "failed"),
    total: integer,
    ready: integer,
    unhealthy: integer,
    waiting: listOf(object({ name: text, instance: integer, status: text, for: listOf(text), crashLooping: flag })),
  }),
  Graph: object({
    nodes: listOf(
      object({ project: text, name: text, type: oneOf("service", "oneshot"), status: text, health: text, groups: listOf(text) }),
    ),
    edges: listOf(object({ project: text, from: text, to: text, condition: text, onLoss: text, met: flag })),
  }),
};
