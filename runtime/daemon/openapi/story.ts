import {
  answers,
  flag,
  inHeader,
  inPath,
  inQuery,
  integer,
  listOf,
  object,
  oneOf,
  orNull,
  type Paths,
  ref,
  type Schema,
  text,
  time,
} from "./parts.ts";

const limits = [inQuery("limit", "the newest N, default 50", integer), inQuery("since", "from then on", time)];
const entries = answers("oldest first", listOf(ref("HistoryEntry")));

/** What happened, what happens, and what was written. */
export const storyPaths: Paths = {
  "/v1/history": {
    get: {
      summary: "Changes, of all processes and the daemon or of some",
      parameters: [
        inQuery("names", "only these, divided by commas"),
        inQuery("brief", "without `names`: leaves out steps that only follow from other changes", flag),
        ...limits,
      ],
      responses: entries,
    },
  },
  "/v1/history/{name}": {
    get: {
      summary: "Changes of one process",
      parameters: [inPath("name", "`name`, `project/name` or a glob"), ...limits],
      responses: entries,
    },
  },
  "/v1/events": {
    get: {
      summary: "Changes as they happen",
      parameters: [
        inHeader("Last-Event-ID", "the last event that was seen: what came after it is sent first"),
        inQuery("after", "the same, for those who cannot set a header", integer),
      ],
      responses: answers(
        "server-sent events: `id` is `seq`, `data` an entry; a reader that leaves 4 MiB unread is cut off",
        ref("HistoryEntry"),
        "text/event-stream",
      ),
    },
  },
  "/v1/logs": {
    get: {
      summary: "What processes wrote, merged by time",
      parameters: [
        inQuery("name", "only these, divided by commas"),
        inQuery("follow", "true: go on with what comes", flag),
        inQuery("lines", "the last N, default 100", integer),
        inQuery("since", "from then on", time),
        inQuery("stream", "only this one", oneOf("out", "err")),
        inQuery("grep", "only lines that match a regular expression, in the syntax of RE2"),
      ],
      responses: answers(
        "server-sent events: `data` is a line, or a gap where output was lost",
        { anyOf: [ref("LogLine"), ref("LogGap")] },
        "text/event-stream",
      ),
    },
  },
};

const origin = { time: orNull(time), project: text, name: text, instance: integer, stream: oneOf("out", "err") };

/** The shapes of changes and lines. */
export const storySchemas: Readonly<Record<string, Schema>> = {
  HistoryEntry: object({
    seq: integer,
    time,
    project: orNull(text),
    name: orNull(text),
    instance: integer,
    from: orNull(text),
    to: orNull(text),
    cause: object({ kind: text, text, facts: { type: "object" } }, ["kind", "text"]),
  }),
  LogLine: object({ ...origin, line: text }),
  LogGap: object({ ...origin, gap: object({ droppedBytes: orNull(integer), reason: oneOf("disk-full", "rotated-away") }) }),
};
