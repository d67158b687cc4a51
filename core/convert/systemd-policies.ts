import type { DraftProcess, Value } from "./draft.ts";
import { durationText, filled, numberOf, restartValue, sizeText } from "./quantities.ts";
import { placePath, type Surroundings } from "./source.ts";
import { fillSpecifiers } from "./systemd-specifiers.ts";
import { stopOf } from "./systemd-stop.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { parseUnitTime } from "./unit-time.ts";
import { unitWords } from "./unit-words.ts";

/** systemd's own default between an end and the next start, in ms. */
const RESTART_MS = 100;

const POLICIES: Readonly<Record<string, "always" | "on-failure" | "never">> = {
  no: "never",
  always: "always",
  "on-failure": "on-failure",
  "on-abnormal": "on-failure",
  "on-abort": "on-failure",
  "on-watchdog": "on-failure",
  "on-success": "always",
};

/** Restart, stop, environment, limits and identity of a service. */
export function setUnitPolicies(unit: Unit, process: DraftProcess, surroundings: Surroundings): void {
  const last = (key: string) => lastOf(unit, "Service", key);
  process.set("working_directory", directoryOf(unit, process, surroundings));
  process.set("restart", restartOf(unit, process));
  process.set("type", last("Type") === "oneshot" ? "oneshot" : (last("Restart") ?? "no") === "no" ? "service" : undefined);
  process.set("stop", stopOf(unit, process));
  setUnitEnvironment(unit, process, surroundings);
  process.set("resource_limits", limitsOf(unit));
  process.set("user", last("User"));
  process.set("group", last("Group"));
  process.set("umask", last("UMask"));
  process.set("nice", numberOf(last("Nice")));
}

/** Without one, systemd runs a service in `/`. */
function directoryOf(unit: Unit, process: DraftProcess, surroundings: Surroundings): string {
  const given = lastOf(unit, "Service", "WorkingDirectory")?.replace(/^-/, "");
  if (given === "~") process.note("WorkingDirectory=~ is the home of the unit's user; here of whoever registers", "working_directory");
  return given === undefined ? "/" : placePath(fillSpecifiers(given, unit, process), unit.file, surroundings);
}

function restartOf(unit: Unit, process: DraftProcess): Value {
  const word = lastOf(unit, "Service", "Restart") ?? "no";
  if (["on-abnormal", "on-abort", "on-watchdog", "on-success"].includes(word))
    process.note(`Restart=${word} has no exact equal`, "restart");
  const pauseMs = parseUnitTime(lastOf(unit, "Service", "RestartSec"));
  const longestMs = parseUnitTime(lastOf(unit, "Service", "RestartMaxDelaySec"));
  const burst = numberOf(lastOf(unit, "Unit", "StartLimitBurst") ?? lastOf(unit, "Service", "StartLimitBurst"));
  const within = lastOf(unit, "Unit", "StartLimitIntervalSec") ?? lastOf(unit, "Service", "StartLimitInterval");
  const limited = burst !== undefined && burst > 0 && within !== "0";
  return restartValue(POLICIES[word] ?? "never", {
    ...(pauseMs !== undefined && pauseMs !== RESTART_MS && pauseTexts(pauseMs, longestMs)),
    max_restarts: limited ? burst - 1 : undefined,
    window: limited ? durationText(parseUnitTime(within) ?? 10_000) : undefined,
    success_codes: successCodes(unit, process),
  });
}

/** systemd waits equally long each time, unless RestartMaxDelaySec says otherwise. */
function pauseTexts(pauseMs: number, longestMs: number | undefined): Record<string, Value | undefined> {
  if (longestMs !== undefined && longestMs > pauseMs) return { delay: durationText(pauseMs), max_delay: durationText(longestMs) };
  return { delay: durationText(pauseMs), factor: 1, max_delay: durationText(pauseMs) };
}

function successCodes(unit: Unit, process: DraftProcess): number[] | undefined {
  const words = valuesOf(unit, "Service", "SuccessExitStatus").flatMap((value) => value.split(/\s+/));
  const named = words.filter((word) => !/^\d+$/.test(word));
  if (named.length > 0) process.note(`SuccessExitStatus=${named.join(" ")}: only numbers have an equal`, "restart");
  const codes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  return codes.length === 0 ? undefined : [0, ...codes.filter((code) => code !== 0)];
}

function setUnitEnvironment(unit: Unit, process: DraftProcess, surroundings: Surroundings): void {
  // Ghost numbers its instances by itself; `ghost export systemd` says it so.
  const lines = valuesOf(unit, "Service", "Environment").filter((value) => value !== "GHOST_INSTANCE=%i");
  const pairs = lines.flatMap((value) => unitWords(fillSpecifiers(value, unit, process)));
  process.set("environment", Object.fromEntries(pairs.map((pair) => [pair.split("=")[0] ?? "", pair.slice(pair.indexOf("=") + 1)])));
  const declared = valuesOf(unit, "Service", "EnvironmentFile");
  const files = declared.map((path) => path.replace(/^-/, ""));
  const optional = declared.filter((path) => path.startsWith("-"));
  if (optional.length > 0)
    process.note(`EnvironmentFile=${optional.join(" ")}: with - it may be missing; Ghost does not start without it`, "env_file");
  process.set(
    "env_file",
    files.map((path) => placePath(fillSpecifiers(path, unit, process), unit.file, surroundings)),
  );
  process.set(
    "inherit",
    valuesOf(unit, "Service", "PassEnvironment").flatMap((value) => value.split(/\s+/)),
  );
}

function limitsOf(unit: Unit): Record<string, Value> {
  const last = (key: string) => lastOf(unit, "Service", key);
  const quota = /^(\d+(?:\.\d+)?)%$/.exec(last("CPUQuota") ?? "")?.[1];
  return filled({
    memory: sizeText(last("MemoryMax") ?? last("MemoryLimit")),
    cpu: quota === undefined ? undefined : Number(quota) / 100,
    pids: numberOf(last("TasksMax")),
    open_files: numberOf(last("LimitNOFILE")?.split(":")[0]),
  });
}
