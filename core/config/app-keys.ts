import { APP_GRANTS, APP_RUNTIMES } from "./app-configuration.ts";
import { BOOLEAN, type JsonSchema, type KeyTable, NAME, objectSchema, TEXT } from "./key-schemas.ts";
import { PROCESS_KEYS } from "./key-tables.ts";
import { NODE_KEYS } from "./node-keys.ts";

/** `app: { … }` */
export const APP_KEYS = {
  id: { schema: { ...NAME, description: "The process's name; default: the folder's name." } },
  name: { schema: { ...TEXT, description: "For people; default: the id." } },
  description: { schema: { ...TEXT } },
  version: { schema: { type: ["string", "number"] } },
} as const satisfies KeyTable;

/** `core: { settings: { … } }` */
export const SETTINGS_KEYS = {
  autoGhostFather: {
    schema: { ...BOOLEAN, default: false, description: "Started by hand, the app starts the daemon and registers itself." },
  },
  autoMonitor: { schema: { ...BOOLEAN, default: true, description: "The app beats and reports metrics." } },
  type: { schema: { enum: ["service", "oneshot"], description: "A service lives on, and is restarted unless `restart` says otherwise." } },
} as const satisfies KeyTable;

/** `core: { … }` */
export const CORE_KEYS = {
  mode: { schema: { ...TEXT, default: "development", description: "The environment it works for, e.g. development or production." } },
  logsPath: { schema: { ...TEXT, description: "Where out.log and err.log go, relative to the app; default: the home's logs folder." } },
  dataPath: { schema: { ...TEXT, description: "Where the app's own files belong, relative to the app." } },
  settings: { schema: objectSchema(SETTINGS_KEYS) },
} as const satisfies KeyTable;

/** What only an app has. */
const OWN_KEYS = {
  app: { schema: { ...objectSchema(APP_KEYS), description: "What it is called." } },
  core: { schema: { ...objectSchema(CORE_KEYS), description: "How it works." } },
  entry: { schema: { ...TEXT, description: "What is run, relative to the file; default: app.ts, app.js, main.ts, index.ts or app.py." } },
  runtime: { schema: { enum: [...APP_RUNTIMES], default: "auto", description: "Who runs it; auto: by the entry's ending." } },
  grants: {
    schema: {
      anyOf: [{ enum: [...APP_GRANTS] }, { type: "array", items: { enum: [...APP_GRANTS] } }],
      description: "What it may ask of the daemon: orchestrator = processes and groups.",
    },
  },
} as const satisfies KeyTable;

/** Keys that make a file an app's: in the node's own file, too. */
export const APP_MARKS = Object.keys(OWN_KEYS) as readonly (keyof typeof OWN_KEYS)[];

// What is run is said by `entry` and `runtime`; the name is app.id.
const { app: _app, name: _name, executable: _executable, command: _command, shell: _shell, ...MANAGED_KEYS } = PROCESS_KEYS;

/** Everything that a process may have, but for its name and what is executed. */
export const APP_PROCESS_KEYS = MANAGED_KEYS;

/** A whole `.ghost.yaml` that has both forms. */
export const GHOST_FILE_KEYS = { ...NODE_KEYS, ...APP_PROCESS_KEYS, ...OWN_KEYS } as const satisfies KeyTable;

const { system: _system, monitoring: _monitoring, http: _http, hub: _hub, storage: _storage, ...APP_FILE_KEYS } = GHOST_FILE_KEYS;

/** The JSON Schema (draft 2020-12) of an app's `.ghost.yaml`, made of the tables that the parser reads by. */
export function appFileSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: ".ghost.yaml of an app",
    description: "What an app is called, and how it is run.",
    ...objectSchema(APP_FILE_KEYS),
  };
}
