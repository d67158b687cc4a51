import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ProcessView } from "../../core/api/wire.ts";
import type { JunitCase } from "../../core/ci/junit.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { maskValues } from "../../core/config/secrets.ts";
import { lastLinesOf } from "../../runtime/ci/failure.ts";
import type { CiOutcome, Verdict } from "../../runtime/ci/run.ts";
import { describeLeftover, describeVerdict } from "./words.ts";

/** Of what NAME wrote, so much of the end stands in the report, in bytes; all of it is in --logs. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** What the report tells of each process. `nowMs`: when NAME had ended. */
export function casesOf({ verdict, standing, leftovers }: CiOutcome, manifest: Manifest, name: string, nowMs: number): JunitCase[] {
  if (!standing.some((view) => view.name === name)) return [absentCase(verdict, name)];
  const isBlamed = (view: ProcessView): boolean => view.name !== name && neededVerdict(view, leftovers, manifest).kind === "failure";
  const told = verdict.kind === "not-started" && standing.some(isBlamed);
  return standing.map((view): JunitCase => {
    const durationMs = runTimeOf(view, nowMs);
    const label = view.instance > 0 ? `${view.name}:${view.instance}` : view.name;
    if (view.name !== name) return { name: label, durationMs, verdict: neededVerdict(view, leftovers, manifest) };
    const out = endOf(view.logs.out, manifest);
    const err = endOf(view.logs.err, manifest);
    return {
      name: label,
      durationMs,
      verdict: told ? skipped(verdict, view) : wantedVerdict(verdict, view, leftovers, manifest),
      out,
      ...(err !== "" && { err }),
    };
  });
}

/** It could not begin, and another's case says why. */
function skipped(verdict: Verdict, view: ProcessView): JunitCase["verdict"] {
  return { kind: "skipped", message: describeVerdict(verdict, view) };
}

function wantedVerdict(verdict: Verdict, view: ProcessView, leftovers: CiOutcome["leftovers"], manifest: Manifest): JunitCase["verdict"] {
  const message = describeVerdict(verdict, view);
  const text = lastLinesOf(view, manifest).join("\n");
  switch (verdict.kind) {
    case "ended":
      if (verdict.code !== 0) return { kind: "failure", message, text };
      if (leftovers.length === 0) return { kind: "passed" };
      return { kind: "failure", message: "left processes running", text: leftovers.map(describeLeftover).join("\n") };
    case "not-started":
    case "timed-out":
    case "interrupted":
    case "broken":
      // Also before it began: who reads only the report must not take the run for passed.
      return { kind: "error", message, text };
    default:
      return verdict satisfies never;
  }
}

/** Ghost failed before anybody could be asked about. */
function absentCase(verdict: Verdict, name: string): JunitCase {
  return { name, durationMs: 0, verdict: { kind: "error", message: describeVerdict(verdict, undefined) } };
}

function neededVerdict(view: ProcessView, leftovers: CiOutcome["leftovers"], manifest: Manifest): JunitCase["verdict"] {
  const own = leftovers.filter(({ from }) => from === view.name);
  if (own.length > 0) return { kind: "failure", message: "left processes running", text: own.map(describeLeftover).join("\n") };
  if (view.status === "failed" || view.status === "unhealthy" || view.crashLooping)
    return { kind: "failure", message: view.why, text: lastLinesOf(view, manifest).join("\n") };
  return view.startedAt === null ? { kind: "skipped", message: "was not started" } : { kind: "passed" };
}

function runTimeOf({ startedAt, stoppedAt }: ProcessView, nowMs: number): number {
  if (startedAt === null) return 0;
  return Math.max(0, (stoppedAt === null ? nowMs : Date.parse(stoppedAt)) - Date.parse(startedAt));
}

function endOf(path: string, { secrets }: Manifest): string {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = new Uint8Array(Math.min(size, OUTPUT_BYTES_MAX));
    const read = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return maskValues(new TextDecoder().decode(bytes.subarray(0, read)), Object.values(secrets));
  } finally {
    closeSync(fd);
  }
}
