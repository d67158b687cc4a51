import { GhostError } from "../../../core/errors/ghost-error.ts";
import { compilePattern, type Pattern } from "../../../core/health/pattern.ts";
import { recordJson } from "../../../core/logs/record.ts";
import type { LogSource } from "../../logs/read.ts";
import { viewOf } from "../../supervisor/views.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readLimit, readNames, readSince } from "../query.ts";
import { select } from "./processes.ts";

/** Lines of the past that one request gives without a limit of its own, and at most. */
const LINES_DEFAULT = 100;
const LINES_MAX = 100_000;

/** What processes write. */
export function logRoutes(node: DaemonNode): Route[] {
  return [{ method: "GET", pattern: "/v1/logs", handle: (call) => logs(node, call) }];
}

/** Server-sent events of `{time,project,name,instance,stream,line}`, merged by time. A reader may be slow: what it has not read yet stays in the files. */
async function logs(node: DaemonNode, call: Call): Promise<void> {
  const streams = sources(node, readNames(call.query, "name"), readStream(call));
  const since = readSince(call.query);
  const lines = readLimit(call.query, "lines", LINES_DEFAULT, LINES_MAX);
  const grep = await readPattern(call);
  const gone = new AbortController();
  const follow = call.query.get("follow") === "true" ? gone.signal : undefined;
  const { readLogs } = await import("../../logs/read.ts");
  const stream = call.events();
  stream.onClose(() => gone.abort());
  for await (const record of readLogs({ streams, lines, since: since ?? undefined, grep, follow })) {
    stream.send(recordJson(record));
    if (!(await stream.taken())) return;
  }
  stream.end();
}

function sources(node: DaemonNode, names: readonly string[] | null, only: string | null): LogSource[] {
  const processes = names === null ? node.supervisor.listed() : select(node, names);
  return processes.flatMap((process) => {
    const { project, name, instance, logs: files } = viewOf(node.supervisor, process);
    const both = (["out", "err"] as const).map((stream) => ({ project, name, instance, stream, file: files[stream] }));
    return both.filter(({ stream }) => only === null || stream === only);
  });
}

function readStream(call: Call): "out" | "err" | null {
  const text = call.query.get("stream");
  if (text === null || text === "out" || text === "err") return text;
  throw new GhostError("USAGE", `cannot take stream=${text}: it is out or err`);
}

/** Whoever may ask sends any pattern: it is one of those that no line can keep the daemon busy with. */
async function readPattern(call: Call): Promise<Pattern | undefined> {
  const text = call.query.get("grep");
  if (text === null) return undefined;
  try {
    return await compilePattern(text);
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    throw new GhostError("USAGE", `cannot take grep=${text}: ${error.message}`, { hint: error.hint });
  }
}
