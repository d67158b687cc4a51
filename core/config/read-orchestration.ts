import { PORT_MAX, readListen } from "./addresses.ts";
import type { Hooks, ProcessDefinition, ReloadPolicy } from "./definition.ts";
import { ORCHESTRATION_DEFAULTS } from "./definition-defaults.ts";
import { type Field, type MapFields, readChoice, readInteger, readMap, readScalar, readSignal, refuse } from "./fields.ts";
import type { PROCESS_KEYS } from "./key-tables.ts";
import { INSTANCES_MAX } from "./limits.ts";
import { nameProblem } from "./names.ts";
import { HOOK_KEYS, RELOAD_KEYS } from "./orchestration-keys.ts";
import { portsIn } from "./port-references.ts";
import { readHealthCheck } from "./read-health.ts";
import { readSchedule } from "./read-schedule.ts";
import { secretsIn } from "./secrets.ts";

/** Most ports of one process. */
const PORTS_MAX = 100;

type ProcessFields = MapFields<keyof typeof PROCESS_KEYS>;
export type Orchestration = Pick<ProcessDefinition, "healthCheck" | "instances" | "ports" | "listen" | "schedule" | "reload" | "on">;

/** What a process says of its part in the whole, besides what it depends on. */
export function readOrchestration(map: ProcessFields): Orchestration {
  const none = ORCHESTRATION_DEFAULTS;
  return {
    healthCheck: map.read("health_check", readHealthCheck, none.healthCheck),
    instances: map.read("instances", readInstances, none.instances),
    ports: map.read("ports", readPorts, none.ports),
    listen: map.read("listen", readListen, none.listen),
    schedule: map.read("schedule", readSchedule, none.schedule),
    reload: map.read("reload", readReload, none.reload),
    on: map.read("on", readHooks, none.on),
  };
}

/** `instances`, 1 to 1000. */
function readInstances(field: Field): number | undefined {
  const { tree } = field;
  if (tree.kind === "scalar" && tree.text === "max") return refuse(field, "Ghost does not count cores", "write a number");
  return readInteger(field, 1, INSTANCES_MAX);
}

/** `ports: { NAME: number or auto }` */
function readPorts(field: Field): ProcessDefinition["ports"] | undefined {
  const { tree } = field;
  if (tree.kind !== "map") return refuse(field, "it must be a map", "write `ports: { web: auto }`");
  if (tree.entries.size > PORTS_MAX) return refuse(field, `it has more than ${PORTS_MAX} ports`);
  const ports: [string, number | "auto"][] = [];
  for (const { key, place, value } of tree.entries.values()) {
    const problem = nameProblem(key);
    if (problem !== null) field.reading.report.error(place, `cannot use "${key}" in ${field.what}: ${problem}`, "choose another name");
    const port = readPort({ ...field, tree: value, what: `${key} in ${field.what}` });
    if (port !== undefined) ports.push([key, port]);
  }
  return Object.fromEntries(ports);
}

function readPort(field: Field): number | "auto" | undefined {
  const scalar = readScalar(field, "a port or auto");
  if (!scalar) return undefined;
  return typeof scalar.value === "number"
    ? readInteger(field, 1, PORT_MAX)
    : readChoice(field, ["auto", `a port from 1 to ${PORT_MAX}`]) && "auto";
}

/** `reload: { signal }` */
function readReload(field: Field): ReloadPolicy | undefined {
  const map = readMap(field, RELOAD_KEYS, "reload");
  if (!map) return undefined;
  const signal = map.read("signal", readSignal, undefined);
  if (signal !== undefined || map.has("signal")) return signal === undefined ? undefined : { signal };
  return refuse(field, "it has no signal", "write `reload: { signal: SIGHUP }`; without the key, a reload replaces the process");
}

/** `on: { EVENT: command }`, of a process or of the node. */
export function readHooks(field: Field): Hooks | undefined {
  const map = readMap(field, HOOK_KEYS, "on");
  if (!map) return undefined;
  const events = Object.keys(HOOK_KEYS) as (keyof typeof HOOK_KEYS)[];
  const hooks = events.map((event) => [event, map.read(event, readHook, undefined)] as const);
  return Object.fromEntries(hooks.filter(([, command]) => command !== undefined));
}

function readHook(field: Field): string | undefined {
  const text = readScalar(field, "a command line")?.text;
  if (text === undefined) return undefined;
  if (text.trim() === "") return refuse(field, "it is empty");
  const secret = secretsIn(text)[0];
  if (secret !== undefined)
    return refuse(
      field,
      `\${${secret}} is named like a secret, and every user can read a command (ps)`,
      "let a script read it from a file",
    );
  return portsIn(text).length > 0 ? refuse(field, "ports are not filled in here", "the event on stdin names the process") : text;
}
