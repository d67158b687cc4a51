import { readLoopback } from "./addresses.ts";
import { type Field, hasMisspelt, type MapFields, readBoolean, readChoice, readDuration, readMap, readText, refuse } from "./fields.ts";
import { NODE_DEFAULT, type NodeConfiguration, type NodeDoor } from "./node-configuration.ts";
import { DOOR_KEYS, MONITORING_KEYS, type NODE_KEYS, SYSTEM_KEYS } from "./node-keys.ts";
import { readData } from "./read-data.ts";
import { readPath } from "./read-environment.ts";
import { readHooks } from "./read-orchestration.ts";

/** Sampling more often would cost more than it tells. */
export const INTERVAL_MIN_MS = 100;

/** Reads the node's sections out of a file's map. */
export function readNode(map: Pick<MapFields<keyof typeof NODE_KEYS>, "read">): NodeConfiguration {
  const system = map.read("system", (field) => readMap(field, SYSTEM_KEYS, "system"), null);
  const monitoring = map.read("monitoring", (field) => readMap(field, MONITORING_KEYS, "monitoring"), null);
  return {
    id: system?.read("id", readText, null) ?? null,
    mode: system?.read("mode", readMode, "local") ?? "local",
    monitoring: {
      enabled: monitoring?.read("enabled", readBoolean, true) ?? true,
      intervalMs: monitoring?.read("interval", readInterval, NODE_DEFAULT.monitoring.intervalMs) ?? NODE_DEFAULT.monitoring.intervalMs,
    },
    http: map.read("http", (field) => readDoor(field, "http"), NODE_DEFAULT.http),
    hub: map.read("hub", (field) => readDoor(field, "hub"), NODE_DEFAULT.hub),
    on: map.read("on", readHooks, NODE_DEFAULT.on),
    data: readData(map),
  };
}

/** What is proposed where nothing is given. */
const DOOR_EXAMPLES = { http: "127.0.0.1:9300", hub: "127.0.0.1:6379" } as const;

/** Both keys or neither: an open port without a token is offered to everybody on the machine. */
function readDoor(field: Field, door: keyof typeof DOOR_EXAMPLES): NodeDoor | undefined {
  const map = readMap(field, DOOR_KEYS, `node_${door}`);
  if (!map) return undefined;
  const example = DOOR_EXAMPLES[door];
  const listen = map.read("listen", (part) => readLoopback(part, example), undefined);
  const tokenFile = map.read("token_file", readPath, undefined);
  if (listen && tokenFile !== undefined) return { listen, tokenFile };
  if (hasMisspelt(field, DOOR_KEYS)) return undefined;
  if (!map.has("listen")) return refuse(field, "it has no listen", `write \`${door}: { listen: ${example}, token_file: ./token }\``);
  if (!map.has("token_file"))
    return refuse(field, "it has no token_file", "name a file that holds a long random text, for yourself alone (0600)");
  return undefined;
}

function readMode(field: Field): "local" | undefined {
  const mode = readChoice(field, ["local", "distributed"] as const);
  return mode === "distributed" ? refuse(field, "the distributed mode is not supported by this version of Ghost", "write local") : mode;
}

function readInterval(field: Field): number | undefined {
  const interval = readDuration(field);
  return interval !== undefined && interval < INTERVAL_MIN_MS
    ? refuse(field, `it is shorter than ${INTERVAL_MIN_MS}ms`, "write 5s, or `enabled: false` to sample nothing")
    : interval;
}
