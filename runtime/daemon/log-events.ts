import type { PumpEvent } from "../logs/pump.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";

/** Trouble with a log belongs into the story of its process. */
export function noteLogEvent(supervisor: Supervisor, event: PumpEvent): void {
  if (event.kind === "rotated") return;
  const process = supervisor.processes.get(event.key.slice(0, event.key.lastIndexOf("/")));
  const stream = event.key.endsWith("/err") ? "err.log" : "out.log";
  if (!process) return;
  switch (event.kind) {
    case "gap":
      return supervisor.record(process, null, null, {
        kind: "log-gap",
        text: `${event.droppedBytes} bytes are missing in ${stream}: the disk was full`,
        facts: { droppedBytes: event.droppedBytes },
      });
    case "error":
      return supervisor.record(process, null, null, {
        kind: "log-error",
        text: `${stream} cannot be written: ${event.message}`,
        facts: { code: event.code },
      });
    case "recovered":
      return supervisor.record(process, null, null, { kind: "log-recovered", text: `${stream} is written again` });
    default:
      event satisfies never;
  }
}
