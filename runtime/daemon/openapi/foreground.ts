import { answers, body, inPath, object, orNull, type Paths, text } from "./parts.ts";

const anything = { type: "object" } as const;

/** Programs that somebody runs on a terminal; `ghost run` speaks so, and its machine and events are its own and the daemon's affair. */
export const foregroundPaths: Paths = {
  "/v1/foreground": {
    post: {
      summary: "Have a program seen that runs on a terminal, for as long as the answer is read",
      requestBody: body(object({ definition: anything, machine: anything, by: text, runner: anything }, ["definition", "machine", "by"])),
      responses: answers(
        "server-sent events: first its id, then what is asked of it",
        object({ id: text, event: anything }, []),
        "text/event-stream",
      ),
    },
  },
  "/v1/foreground/{id}": {
    put: {
      summary: "Tell what changed of it",
      parameters: [inPath("id", "as the announcement was answered")],
      requestBody: body(
        object({ machine: anything, from: orNull(text), to: orNull(text), cause: orNull(anything), definition: anything }, [
          "machine",
          "from",
          "to",
          "cause",
        ]),
      ),
      responses: answers("nothing more", object({})),
    },
  },
};
