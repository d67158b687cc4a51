import { test } from "uvu";
import * as assert from "uvu/assert";
import { processesFileSchema } from "./json-schema.ts";
import { acceptedKeys, type JsonSchema, type KeyTable } from "./key-schemas.ts";
import { FILE_KEYS, FROM_FILE_KEYS, LIMIT_KEYS, LOG_KEYS, PROCESS_KEYS, RESTART_KEYS, STOP_KEYS, WATCH_KEYS } from "./key-tables.ts";
import { HEALTH_KEYS, HOOK_KEYS, RELOAD_KEYS, SCHEDULE_KEYS } from "./orchestration-keys.ts";
import { parseProcessesFiles } from "./processes-file.ts";

const schema = processesFileSchema() as { properties: JsonSchema; $defs: { process: { properties: Record<string, JsonSchema> } } };
const process = schema.$defs.process.properties;

/** The maps that a schema allows, wherever it stands among alternatives. */
function mapsOf(part: JsonSchema): JsonSchema[] {
  const alternatives = (part.anyOf ?? [part]) as JsonSchema[];
  return alternatives.filter((alternative) => alternative.properties !== undefined);
}

const TABLES: [string, JsonSchema, KeyTable][] = [
  ["the file", { ...schema, anyOf: undefined }, FILE_KEYS],
  ["a process", schema.$defs.process, PROCESS_KEYS],
  ["restart", process.restart as JsonSchema, RESTART_KEYS],
  ["stop", process.stop as JsonSchema, STOP_KEYS],
  ["watch", process.watch as JsonSchema, WATCH_KEYS],
  ["resource_limits", process.resource_limits as JsonSchema, LIMIT_KEYS],
  ["logs", process.logs as JsonSchema, LOG_KEYS],
  ["health_check", process.health_check as JsonSchema, HEALTH_KEYS],
  ["schedule", process.schedule as JsonSchema, SCHEDULE_KEYS],
  ["reload", process.reload as JsonSchema, RELOAD_KEYS],
  ["on", process.on as JsonSchema, HOOK_KEYS],
];
for (const [name, part, table] of TABLES) {
  test(`the schema of ${name} has exactly the keys that the parser accepts`, () => {
    const [map] = mapsOf(part);
    assert.equal(Object.keys(map?.properties as object).sort(), acceptedKeys(table).sort());
    assert.is(map?.additionalProperties, false);
  });
}

/** A value that the parser accepts, for each key of a process. */
const SAMPLES: Record<keyof typeof PROCESS_KEYS, string> = {
  name: "a",
  executable: "x",
  command: "x",
  app: "./app",
  args: "a",
  shell: "true",
  working_directory: ".",
  environment: "{}",
  env_file: ".env",
  inherit: "[A]",
  type: "service",
  restart: "true",
  stop: "{ signal: TERM, timeout: 1s, command: c }",
  watch: "{ enabled: true, paths: [a], ignore: [b], debounce: 1s }",
  resource_limits: "{ memory: 1, open_files: 9, cpu: 0.5, pids: 9 }",
  depends_on: "{}",
  health_check: "{ tcp: 1, period: 1s, timeout: 1s, failures: 1, successes: 1, start_grace: 1s, restart: true }",
  instances: "2",
  ports: "{ web: auto }",
  listen: "8080",
  schedule: "'* * * * *'",
  reload: "{ signal: HUP }",
  on: "{ failed: a, crash_loop: b, unhealthy: c, recovered: d }",
  logs: "{ max_size: 1MB, max_files: 1, compress: true }",
  user: "me",
  group: "us",
  umask: "022",
  nice: "1",
};
test("the parser accepts every key of the schema", () => {
  for (const [key, rule] of Object.entries(PROCESS_KEYS) as [keyof typeof PROCESS_KEYS, { aliases?: readonly string[] }][]) {
    for (const spelling of [key, ...(rule.aliases ?? [])]) {
      const beside = ["name", "executable", "command", "app"].includes(key)
        ? key === "name"
          ? "executable: x, "
          : "name: a, "
        : "name: a, executable: x, ";
      const file = { path: "/p", text: `processes: [{ ${beside}${spelling}: ${SAMPLES[key]} }]` };
      const { diagnostics } = parseProcessesFiles([file], { environment: {}, apps: () => ({ path: "/app/.ghost.yaml", text: "" }) });
      assert.equal(diagnostics, [], spelling);
    }
  }
});

test("the schema says which draft it is, and is plain JSON", () => {
  assert.is((schema as JsonSchema).$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.equal(JSON.parse(JSON.stringify(schema)), schema);
  assert.match(JSON.stringify(process.environment), new RegExp(Object.keys(FROM_FILE_KEYS).join("|")));
});

test.run();
