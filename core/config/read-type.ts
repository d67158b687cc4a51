import type { ProcessDefinition, RestartPolicy } from "./definition.ts";
import { type Field, type MapFields, readChoice, refuse } from "./fields.ts";
import type { PROCESS_KEYS } from "./key-tables.ts";
import type { Orchestration } from "./read-orchestration.ts";

type ProcessFields = MapFields<keyof typeof PROCESS_KEYS>;
type ProcessType = ProcessDefinition["type"];

const TYPES = ["service", "oneshot"] as const;
const TYPE_ANSWERS = {
  simple: "write service",
  exec: "write service",
  forking: "write service: a program that daemonizes is followed",
  task: "write oneshot",
  job: "write oneshot",
  "one-shot": "write oneshot",
};

/** The type, as given or as the other keys mean it; keys that contradict it are reported. */
export function readType(map: ProcessFields, restart: RestartPolicy, orchestration: Orchestration): ProcessType {
  const given = map.read("type", (field) => readChoice(field, TYPES, TYPE_ANSWERS), null);
  const type = given ?? defaultType(map, restart, orchestration);
  if (map.has("schedule")) refuseWithSchedule(map, restart, type);
  else if (type === "oneshot") refuseForOneshot(map);
  return type;
}

function defaultType(map: ProcessFields, restart: RestartPolicy, { instances }: Orchestration): ProcessType {
  if (map.has("schedule")) return "oneshot";
  return restart.policy !== "never" || map.has("health_check") || map.has("listen") || instances > 1 ? "service" : "oneshot";
}

/** A schedule runs one-shots, one run after the other. */
function refuseWithSchedule(map: ProcessFields, restart: RestartPolicy, type: ProcessType): void {
  const why = "a schedule runs one-shots";
  if (type === "service") contradict(map.field("type"), why, "write oneshot, or remove `schedule`");
  else if (restart.policy === "always")
    contradict(map.field("restart"), `${why}, and this one would run without end`, "write `restart: on-failure`, or remove it");
  for (const key of ["health_check", "listen", "instances"] as const)
    contradict(map.field(key), why, `remove \`${key}\`, or \`schedule\` if it is a service`);
}

/** Nobody waits for the health of what ends, nor connects to it. */
function refuseForOneshot(map: ProcessFields): void {
  for (const key of ["health_check", "listen"] as const)
    contradict(map.field(key), "the process is a one-shot", `write \`type: service\`, or remove \`${key}\``);
}

function contradict(field: Field | undefined, why: string, hint: string): void {
  if (field) refuse(field, why, hint);
}
