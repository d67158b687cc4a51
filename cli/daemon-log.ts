import { existsSync } from "node:fs";
import { GhostError } from "../core/errors/ghost-error.ts";
import { isGap } from "../core/logs/record.ts";
import { findHome } from "../runtime/daemon/home.ts";
import { readLogs } from "../runtime/logs/read.ts";
import { type Context, countOption } from "./context.ts";

const LINES_BY_DEFAULT = 100;

/** `ghost daemon logs`: the end of the daemon's own log, and with `-f` what follows. Gives the exit code. */
export async function showDaemonLog(context: Context): Promise<number> {
  const file = findHome(context.home).daemonLog;
  if (!existsSync(file))
    throw new GhostError("NOT_FOUND", `cannot show the daemon's log: there is no ${file}`, {
      hint: "a daemon in the foreground writes to whoever started it (systemd: journalctl -u ghost, or --user-unit ghost); ghost daemon start",
    });
  const follow = context.flag("follow");
  const stream = { project: "", name: "daemon", instance: 0, stream: "out" as const, file };
  const records = readLogs({
    streams: [stream],
    lines: countOption(context, "lines", LINES_BY_DEFAULT),
    follow: follow ? context.interruption : undefined,
  });
  for await (const record of records) {
    if (isGap(record)) continue;
    if (context.json) context.printJson({ line: record.line });
    else context.print(record.line);
  }
  return follow && context.interruption.aborted ? 130 : 0;
}
