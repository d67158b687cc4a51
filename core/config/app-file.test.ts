import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseAppFile } from "./app-file.ts";
import { APP_PROCESS_KEYS, appFileSchema, GHOST_FILE_KEYS } from "./app-keys.ts";
import { OVERRIDES } from "./app-overrides.ts";
import { appConfigText } from "./app-text.ts";
import { formatDiagnostic } from "./diagnostics.ts";
import type { Variables } from "./interpolate.ts";
import { parseNodeFile } from "./node-file.ts";

function parse(text: string, environment: Variables = {}): ReturnType<typeof parseAppFile> {
  return parseAppFile({ path: "/apps/hello/.ghost.yaml", text }, { environment });
}

function errorsOf(text: string, environment: Variables = {}): string[] {
  return parse(text, environment).diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message} | ${hint}`);
}

/** As the reference writes it. */
const REFERENCE = `
app:
  id: my-app
  name: My Application
  description: A sample Ghost application
  version: 1.0.0

core:
  mode: development
  logsPath: logs
  dataPath: data
  settings:
    autoGhostFather: true
    autoMonitor: true
    type: service
`;

test("the app's form of the reference is read as it stands", () => {
  const { app, diagnostics } = parse(REFERENCE);
  assert.equal(diagnostics, []);
  assert.is(app?.id, "my-app");
  assert.equal([app?.name, app?.description, app?.version], ["My Application", "A sample Ghost application", "1.0.0"]);
  assert.equal([app?.mode, app?.logsPath, app?.dataPath], ["development", "/apps/hello/logs", "/apps/hello/data"]);
  assert.equal(app?.settings, { autoGhostFather: true, autoMonitor: true, type: "service" });
  assert.equal([app?.process.name, app?.process.project, app?.process.workingDirectory], ["my-app", "ghosts", "/apps/hello"]);
  assert.equal([app?.process.type, app?.process.restart.policy], ["service", "always"]);
});

test("an empty file is all defaults: the folder's name, a one-shot that is not restarted", () => {
  for (const text of ["", "# nothing\n", "null\n", "--- ~ # nothing\n"]) {
    const { app, diagnostics } = parse(text);
    assert.equal(diagnostics, []);
    assert.equal([app?.id, app?.name, app?.entry, app?.runtime, app?.mode], ["hello", "hello", null, "auto", "development"]);
    assert.equal([app?.process.type, app?.process.restart.policy, app?.grants], ["oneshot", "never", []]);
    assert.equal(app?.says, { type: false, restart: false });
  }
});

test("both forms stand in one file, for the node and for the app", () => {
  const text = `${REFERENCE}system: { id: node-1 }\nstorage: { sqlite: { enabled: true } }\nmonitoring: { interval: "00:00:10" }\n`;
  assert.is(parse(text).app?.id, "my-app");
  const node = parseNodeFile("/home/.ghost.yaml", text, {});
  assert.equal(node.diagnostics, []);
  assert.equal([node.configuration?.id, node.configuration?.monitoring.intervalMs], ["node-1", 10_000]);
});

test("everything that a process may have stands beside, and what is run by entry, runtime and args", () => {
  const { app, diagnostics } = parse(
    "entry: src/main.ts\nruntime: node\nargs: --port ${ports.web}\nports: { web: auto }\ninstances: 2\nrestart: on-failure\n" +
      "depends_on: [redis]\nenvironment: { A: b }\nhealth_check: { heartbeat: 10s }\nresource_limits: { memory: 64 }\ngrants: [orchestrator]\n",
  );
  assert.equal(diagnostics, []);
  assert.equal([app?.entry, app?.runtime, app?.grants], ["src/main.ts", "node", ["orchestrator"]]);
  assert.is(app?.args.length, 2);
  assert.equal([app?.process.instances, app?.process.type, app?.process.restart.policy], [2, "service", "on-failure"]);
  assert.equal(app?.process.dependsOn, [{ name: "redis", condition: "started", onLoss: "ignore" }]);
});

test("what is wrong is told with its place and a remedy, all of it at once", () => {
  const found = errorsOf(
    "app:\n  id: a b\ncore:\n  settings:\n    type: daemon\n    automonitor: true\nruntime: nodejs\nentry: ../x\ngrants: all\n",
  );
  assert.match(found[0] ?? "", /^2:7 cannot use "a b" as app.id: .* \| a-b would do$/);
  assert.match(found[1] ?? "", /^5:11 cannot use "daemon" as core.settings.type: it must be service or oneshot/);
  assert.match(found[2] ?? "", /^6:5 cannot use automonitor in core.settings: there is no such key \| did you mean autoMonitor\?$/);
  assert.match(found[3] ?? "", /^7:10 cannot use "nodejs" as runtime: .* \| write node$/);
  assert.match(found[4] ?? "", /^8:8 cannot use "..\/x" as entry/);
  assert.match(found[5] ?? "", /^9:9 cannot use "all" as grants: there is no such grant/);
});

test("keys of processes.yaml that say what is run are answered with the app's", () => {
  assert.match(errorsOf("executable: ./app")[0] ?? "", /write `entry`/);
  assert.match(errorsOf("name: My App")[0] ?? "", /app: \{ name: … \}/);
});

test("type stands at one of two places, and both must agree", () => {
  assert.is(parse("type: service").app?.settings.type, "service");
  assert.equal(parse("type: service\ncore: { settings: { type: service } }").diagnostics, []);
  assert.match(errorsOf("type: service\ncore: { settings: { type: oneshot } }")[0] ?? "", /type says otherwise in line 1/);
});

test("variables override what the file says, and are checked as it is", () => {
  const { app } = parse(REFERENCE, {
    GHOST_CORE_MODE: "production",
    GHOST_CORE_SETTINGS_AUTO_MONITOR: "false",
    GHOST_CORE_DATA_PATH: "var",
  });
  assert.equal([app?.mode, app?.settings.autoMonitor, app?.dataPath], ["production", false, "/apps/hello/var"]);
  assert.is(parse("", { GHOST_CACHE_MAX_ENTRIES: "7" }).app?.data.cache?.maxEntries, 7);
  const [wrong] = parse("", { GHOST_CORE_SETTINGS_TYPE: "many" }).diagnostics;
  assert.is(wrong?.file, "/apps/hello/$GHOST_CORE_SETTINGS_TYPE");
  assert.match(
    wrong ? formatDiagnostic(wrong) : "",
    /^the environment variable GHOST_CORE_SETTINGS_TYPE: cannot use "many" as core\.settings\.type/,
  );
  assert.ok(OVERRIDES.has("GHOST_APP_NAME") && OVERRIDES.has("GHOST_RESILIENCE_RETRY_COUNT") && !OVERRIDES.has("GHOST_CORE_SETTINGS"));
});

test("a variable that begins as an override and is none is told, with what was probably meant", () => {
  const told = (text: string, variables: Record<string, string>) => parse(text, variables).diagnostics.map(formatDiagnostic);
  assert.equal(told("", { GHOST_CORE_MODEE: "production", GHOST_HOME: "/h", GHOST_APP_OWN: "1", GHOST_CACHE_COLOUR: "" }), [
    "the environment variable GHOST_CORE_MODEE: it overrides nothing, for there is no such value; did you mean GHOST_CORE_MODE?",
  ]);
  assert.equal(told("", { GHOST_APP_ID: "zz" }), [
    "the environment variable GHOST_APP_ID: it overrides nothing, for what an app is known by its file alone says",
  ]);
  assert.is(told("environment: { GHOST_CACHE_COLOUR: red }", {}).length, 1);
  assert.equal(told("encryption: { key_env: GHOST_ENCRYPTION_KEY }", { GHOST_ENCRYPTION_KEY: "secret" }), []);
});

test("GHOST_CONFIG holds the app's configuration, and of data the sections that the file has", () => {
  const { app } = parse(`${REFERENCE}cache: { max_entries: 5 }\n`);
  const told = JSON.parse(app ? appConfigText(app) : "");
  assert.equal(told.app, { id: "my-app", name: "My Application", description: "A sample Ghost application", version: "1.0.0" });
  assert.equal(told.core.settings, { autoGhostFather: true, autoMonitor: true, type: "service" });
  assert.is(told.cache.maxEntries, 5);
  assert.equal(Object.keys(told), ["app", "core", "cache"]);
});

test("secrets are kept apart", () => {
  const { app, secrets } = parse("environment:\n  - DB_PASSWORD=${DB_PASSWORD}\n", { DB_PASSWORD: "hush-hush" });
  assert.not.match(JSON.stringify(app), /hush-hush/);
  assert.ok(Object.values(secrets).includes("hush-hush"));
});

test("the schema of an app's file has the app's keys, and those of a process but for what says what is run", () => {
  const { properties } = appFileSchema() as { properties: Record<string, unknown> };
  for (const key of ["app", "core", "entry", "runtime", "grants", "cache", ...Object.keys(APP_PROCESS_KEYS)])
    assert.ok(properties[key], key);
  for (const key of ["executable", "command", "name", "system"]) assert.not.ok(properties[key], key);
  for (const key of Object.keys(properties)) assert.ok(key in GHOST_FILE_KEYS || ["env", "cwd", "working_dir"].includes(key), key);
});

test.run();
