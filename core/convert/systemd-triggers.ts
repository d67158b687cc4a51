import { cronOfCalendar, cronOfInterval } from "./calendar.ts";
import { type DraftProcess, isMapValue } from "./draft.ts";
import { filled, numberOf } from "./quantities.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { parseUnitTime } from "./unit-time.ts";

const TIMER_TAKEN = new Set(["OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec", "Unit"]);

/** A timer becomes the schedule of its service, which is a one-shot then. */
export function addTimer(timer: Unit, process: DraftProcess): void {
  const calendars = valuesOf(timer, "Timer", "OnCalendar");
  const every = parseUnitTime(lastOf(timer, "Timer", "OnUnitActiveSec") ?? lastOf(timer, "Timer", "OnUnitInactiveSec"));
  const schedule = cronOfCalendar(calendars[0] ?? "");
  const interval = every === undefined ? null : cronOfInterval(every);
  if (schedule)
    process.set("schedule", schedule.timezone === null ? schedule.cron : filled({ cron: schedule.cron, timezone: schedule.timezone }));
  else if (interval !== null) process.set("schedule", interval);
  else process.note(`${timer.name}: cron cannot say when it is due (${calendars[0] ?? "OnUnitActiveSec"}): write schedule: "…"`);
  if (schedule || interval !== null) process.set("type", "oneshot");
  if (calendars.length > 1)
    process.note(`${timer.name}: only the first OnCalendar was taken over; the others: ${calendars.slice(1).join("; ")}`, "schedule");
  for (const [key, values] of timer.sections.get("Timer") ?? [])
    if (!TIMER_TAKEN.has(key)) process.note(`${timer.name}: ${key}=${values.join(" ")} has no equal`, "schedule");
}

/** A socket becomes the listener that Ghost holds. */
export function addSocket(socket: Unit, process: DraftProcess): void {
  const [address, ...more] = valuesOf(socket, "Socket", "ListenStream");
  const [, host, port] = /^(?:(.+):)?(\d+)$/.exec(address ?? "") ?? [];
  if (port === undefined) process.note(`${socket.name}: ListenStream=${address ?? ""} has no equal: Ghost holds TCP listeners only`);
  else process.set("listen", host === undefined ? numberOf(port) : `${host}:${port}`);
  if (more.length > 0) process.note(`${socket.name}: only one listener is handed down; the others: ${more.join(", ")}`);
  if (lastOf(socket, "Socket", "Accept")?.match(/^(yes|true|1|on)$/i))
    process.note(`${socket.name}: Accept=yes, a process for each connection, has no equal`);
  const { environment } = process.keys;
  if (port !== undefined && !isMapValue(environment))
    process.note("the program must take the listener from descriptor 3 (LISTEN_FDS), as with systemd", "listen");
}
