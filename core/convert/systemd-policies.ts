import type { DraftProcess, Value } from "./draft.ts";
import { durationText, numberOf, restartValue } from "./quantities.ts";
import { placePath, type Surroundings } from "./source.ts";
import { unitLimits } from "./systemd-limits.ts";
import { fillSpecifiers, isOfUser } from "./systemd-specifiers.ts";
import { stopOf } from "./systemd-stop.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { parseUnitTime } from "./unit-time.ts";
import { unitWords } from "./unit-words.ts";

/** systemd's own default between an end and the next start, in ms. */
const RESTART_MS = 100;

/** systemd's own DefaultStartLimitBurst. */
const START_BURST = 5;

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
  process.set("resource_limits", unitLimits(unit, process));
  for (const key of ["User", "Group"]) {
    const given = last(key);
    process.set(key.toLowerCase(), given === undefined ? undefined : fillSpecifiers(given, unit, process));
  }
  process.set("umask", last("UMask"));
  process.set("nice", numberOf(last("Nice")));
}

/** Without one, systemd runs a service of the system in `/`, one of a user in the user's home (systemd.exec(5)). */
function directoryOf(unit: Unit, process: DraftProcess, surroundings: Surroundings): string {
  const given = lastOf(unit, "Service", "WorkingDirectory")?.replace(/^-/, "");
  if (given === "~") process.note("WorkingDirectory=~ is the home of the unit's user; here of whoever registers", "working_directory");
  if (lastOf(unit, "Service", "WorkingDirectory")?.startsWith("-"))
    process.note("WorkingDirectory with - before it may be missing for systemd, not for Ghost", "working_directory");
  if (given === undefined) return isOfUser(unit) ? "~" : "/";
  return placePath(fillSpecifiers(given, unit, process), unit.file, surroundings);
}

function restartOf(unit: Unit, process: DraftProcess): Value {
  const word = lastOf(unit, "Service", "Restart") ?? "no";
  if (["on-abnormal", "on-abort", "on-watchdog", "on-success"].includes(word))
    process.note(`Restart=${word} has no exact equal`, "restart");
  const pauseMs = parseUnitTime(lastOf(unit, "Service", "RestartSec"));
  const longestMs = parseUnitTime(lastOf(unit, "Service", "RestartMaxDelaySec"));
  const within = startLimit(unit, "StartLimitIntervalSec") ?? startLimit(unit, "StartLimitInterval");
  const burst = numberOf(startLimit(unit, "StartLimitBurst")) ?? (within === undefined ? undefined : START_BURST);
  const limited = burst !== undefined && burst > 0 && parseUnitTime(within) !== 0;
  return restartValue(POLICIES[word] ?? "never", {
    ...(pauseMs !== undefined &&
      pauseMs !== RESTART_MS &&
      pauseTexts(pauseMs, longestMs, numberOf(lastOf(unit, "Service", "RestartSteps")))),
    max_restarts: limited ? burst - 1 : undefined,
    window: limited ? durationText(parseUnitTime(within) ?? 10_000) : undefined,
    success_codes: successCodes(unit, process),
  });
}

/** The keys stood in [Service] once. */
function startLimit(unit: Unit, key: string): string | undefined {
  return lastOf(unit, "Unit", key) ?? lastOf(unit, "Service", key);
}

/** systemd waits equally long each time, unless RestartSteps says in how many steps it comes to RestartMaxDelaySec. */
function pauseTexts(pauseMs: number, longestMs: number | undefined, steps: number | undefined): Record<string, Value | undefined> {
  if (longestMs !== undefined && longestMs > pauseMs && steps) {
    const factor = Math.round((longestMs / Math.max(1, pauseMs)) ** (1 / steps) * 100) / 100;
    return { delay: durationText(pauseMs), factor: Math.max(1, factor), max_delay: durationText(longestMs) };
  }
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
  if (files.length > 0 && pairs.length > 0)
    process.note("with systemd these files win over Environment=, here `environment` wins: take out of it what they set", "env_file");
  process.set(
    "env_file",
    files.map((path) => placePath(fillSpecifiers(path, unit, process), unit.file, surroundings)),
  );
  process.set(
    "inherit",
    valuesOf(unit, "Service", "PassEnvironment").flatMap((value) => value.split(/\s+/)),
  );
}
