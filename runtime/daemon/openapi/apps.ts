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
  time,
} from "./parts.ts";

/** What the hub passes on from apps. */
export const appPaths: Paths = {
  "/v1/apps/beats": {
    post: {
      summary: "Beats of apps, as GHOST.BEAT takes them",
      requestBody: body(object({ beats: listOf(object({ app: text, instance: integer, beat: ref("AppBeat") })) })),
      responses: answers("how many are running apps'", object({ heard: integer })),
    },
  },
  "/v1/apps/control": {
    post: {
      summary: "What GHOST.CONTROL asks for; `app` is who must be granted it, null the operator",
      requestBody: body(object({ app: orNull(text), method: text, arguments: { type: "object" } }, ["method"])),
      responses: answers("what came of it", object({ result: {} })),
    },
  },
  "/v1/apps/{name}/config": {
    get: {
      summary: "GHOST_CONFIG of an app",
      parameters: [inPath("name", "the app's name")],
      responses: answers("JSON as a text", object({ config: text })),
    },
  },
};

const check = object({ status: text, ms: number, error: text }, ["status"]);

/** The shapes of apps. */
export const appSchemas: Readonly<Record<string, Schema>> = {
  AppHealth: object({
    status: oneOf("healthy", "degraded", "unhealthy"),
    checks: { type: "object", additionalProperties: check },
  }),
  AppBeat: object({ ready: flag, isService: flag, tickIntervalMs: number, autoRestart: flag, health: ref("AppHealth"), run: text }, []),
  App: object({
    file: text,
    name: text,
    description: orNull(text),
    version: orNull(text),
    mode: text,
    grants: listOf(text),
    beatAt: orNull(time),
    ready: orNull(flag),
    health: orNull(ref("AppHealth")),
  }),
};
