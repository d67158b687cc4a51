import type { DraftProcess, Value } from "./draft.ts";
import { durationText, filled } from "./quantities.ts";
import { commandsLine, parseCommand, signalSentBy } from "./systemd-commands.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { parseUnitTime } from "./unit-time.ts";

/** What systemd passes on and Ghost calls otherwise. */
const MAIN_PID = /\$(MAINPID|\{MAINPID\})/g;
/** What `ghost export systemd` makes of a stop command: it waits for the end, so that no signal comes on top. */
const EXPORTED = /^GHOST_PID=\$MAINPID; export GHOST_PID; \(([\s\S]*)\n\) && while kill -0 /;

/** How a service is asked to end. */
export function stopOf(unit: Unit, process: DraftProcess): Record<string, Value> {
  const timeout = timeoutOf(unit, process);
  const signal = signalOf(lastOf(unit, "Service", "KillSignal"));
  const lines = valuesOf(unit, "Service", "ExecStop");
  if (lines.length === 0) return filled({ signal, timeout });
  if (lastOf(unit, "Service", "Type") === "oneshot")
    process.note("ExecStop: systemd runs it when the unit is stopped; Ghost has nothing to stop when a one-shot has ended", "stop");
  return lines.length === 1
    ? (filled({ ...onlyLine(lines[0] ?? "", unit, process, signal), timeout }) as Record<string, Value>)
    : filled({ signal, timeout, command: withSignal(lines, unit, process, signal) });
}

/** 0 is no limit there, as `infinity` is; a process that Ghost stops is killed sooner or later. */
function timeoutOf(unit: Unit, process: DraftProcess): string | undefined {
  const text = lastOf(unit, "Service", "TimeoutStopSec") ?? lastOf(unit, "Service", "TimeoutSec");
  const timeoutMs = parseUnitTime(text);
  if (text !== undefined && !timeoutMs) process.note(`TimeoutStopSec=${text} waits for ever; here SIGKILL comes after 10s`);
  return timeoutMs ? durationText(timeoutMs) : undefined;
}

function onlyLine(line: string, unit: Unit, process: DraftProcess, signal: string | undefined): Record<string, Value | undefined> {
  const sent = signalSentBy(line);
  const then = signal ?? "SIGTERM";
  if (sent !== null) {
    if (sent !== then) process.note(`ExecStop sends ${sent}, and systemd ${then} at once on top of it; here ${sent} alone is sent`, "stop");
    return { signal: sent };
  }
  const { words } = parseCommand(line, unit, process);
  const exported = words.length === 3 ? EXPORTED.exec((words[2] ?? "").replaceAll("$$", "$"))?.[1] : undefined;
  return { signal, command: exported ?? withSignal([line], unit, process, signal) };
}

/**
 * When ExecStop has ended, systemd sends the signal to what is left (systemd.service(5), ExecStop=; with KillMode=none nothing). Ghost runs a stop
 * command instead of the signal, so the command sends it; that nobody is left then is no failure.
 */
function withSignal(lines: readonly string[], unit: Unit, process: DraftProcess, signal: string | undefined): string {
  const command = commandsLine(lines.map((line) => parseCommand(line, unit, process))).replace(MAIN_PID, "$GHOST_PID");
  if (lastOf(unit, "Service", "KillMode") === "none") return command;
  const name = (signal ?? "SIGTERM").slice("SIG".length);
  process.note(`the kill is systemd's own: it sends SIG${name} as soon as ExecStop has ended`, "stop");
  return `${command}; kill -${name} $GHOST_PID || true`;
}

function signalOf(signal: string | undefined): string | undefined {
  return signal === undefined ? undefined : signal.startsWith("SIG") ? signal : `SIG${signal}`;
}
