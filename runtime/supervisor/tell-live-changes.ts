import type { PlanChange } from "../../core/api/wire.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** So many changed keys are told with their values, and so much of a value, in letters. */
const TOLD_MAX = 4;
const VALUE_MAX = 40;
/** Told otherwise: `scaled` is an event of its own, and a new PATH counts from the next start on. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["instances", "PATH"]);

/** Records of what runs that it has taken up changes without a restart: `took up health_check.heartbeat (20s → 5s) without a restart (ghost register)`. */
export function tellLiveChanges(
  supervisor: Supervisor,
  changes: readonly PlanChange[],
  find: (change: PlanChange) => readonly Supervised[],
  by = "register",
): void {
  for (const change of changes) {
    const keys = change.differences.filter(({ key }) => !TOLD_ELSEWHERE.has(key));
    if (change.action !== "change" || change.disrupts || keys.length === 0) continue;
    const told = keys.slice(0, TOLD_MAX).map(({ key, before, after }) => `${key} (${shown(before)} → ${shown(after)})`);
    const rest = keys.length > TOLD_MAX ? ` and ${keys.length - TOLD_MAX} more` : "";
    const text = `took up ${told.join(", ")}${rest} without a restart (${by})`;
    const facts = { keys: keys.map(({ key }) => key) };
    for (const process of find(change).filter(({ machine }) => machine.desired === "up"))
      supervisor.record(process, null, null, { kind: "definition-applied", text, facts });
  }
}

function shown(value: string | null): string {
  const text = value ?? "none";
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
}
