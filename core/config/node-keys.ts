import { DATA_KEYS } from "./data-keys.ts";
import { BOOLEAN, DURATION, type JsonSchema, type KeyTable, objectSchema, TEXT } from "./key-schemas.ts";
import { HOOK_KEYS } from "./orchestration-keys.ts";

/** `system: { … }` */
export const SYSTEM_KEYS = {
  id: { schema: { ...TEXT, description: "What the node is called." } },
  mode: { schema: { enum: ["local"], default: "local" } },
} as const satisfies KeyTable;

/** `monitoring: { … }` */
export const MONITORING_KEYS = {
  enabled: { schema: { ...BOOLEAN, default: true, description: "Whether CPU and memory are sampled." } },
  interval: { schema: { ...DURATION, default: "5s" } },
} as const satisfies KeyTable;

/** `http: { … }` and `hub: { … }` */
export const DOOR_KEYS = {
  listen: { schema: { type: ["string", "integer"], description: "A port or an address of this machine alone: 127.0.0.1:PORT." } },
  token_file: { schema: { ...TEXT, description: "The file with the token that opens it; for its owner alone (0600)." } },
} as const satisfies KeyTable;

const DOOR = objectSchema(DOOR_KEYS, ["listen", "token_file"]);

/** The whole file. */
export const NODE_KEYS = {
  system: { schema: objectSchema(SYSTEM_KEYS) },
  monitoring: { schema: { ...objectSchema(MONITORING_KEYS), description: "Sampling of CPU and memory." } },
  http: { schema: { ...DOOR, description: "Where the daemon answers HTTP besides its socket; default: nowhere." } },
  hub: { schema: { ...DOOR, description: "Where the hub answers RESP besides its socket; default: nowhere." } },
  on: { schema: { ...objectSchema(HOOK_KEYS), description: "Commands that are run when something happens to any process." } },
  ...DATA_KEYS,
} as const satisfies KeyTable;

/** The JSON Schema (draft 2020-12) of the node's `.ghost.yaml`, made of the tables that the parser reads by. */
export function nodeFileSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: ".ghost.yaml of a node",
    description: "How the daemon and the hub of one home work.",
    ...objectSchema(NODE_KEYS),
  };
}
