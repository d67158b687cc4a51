import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Manifest, ProcessDefinition } from "./definition.ts";
import { parseProcessesFiles } from "./processes-file.ts";
import { MASK, maskReferences, revealSecrets } from "./secrets.ts";

const ENVIRONMENT = {
  HOME: "/home/me",
  PATH: "/usr/bin:/bin",
  PORT: "8000",
  ARGS: "--a --b",
  LIMIT: "256MB",
  YES: "true",
  DB_PASSWORD: "hunter2",
  GH_TOKEN: "ghp_1234",
  LANG: "C",
  PWD: "/x",
  SHLVL: "2",
  PROMPT: "\u0001p\u0001",
};

function manifestOf(...texts: string[]): Manifest {
  const files = texts.map((text, index) => ({ path: index === 0 ? "/srv/shop/processes.yaml" : `/srv/shop/${index}/more.yaml`, text }));
  const { manifest, diagnostics } = parseProcessesFiles(files, { environment: ENVIRONMENT });
  assert.equal(
    diagnostics.filter((diagnostic) => diagnostic.severity === "error"),
    [],
  );
  assert.ok(manifest);
  return manifest as Manifest;
}

/** The process that these lines declare, beside a program when they name none. */
function processOf(lines: string): ProcessDefinition {
  const program = /^(executable|command):/m.test(lines) ? "" : "executable: ./api\n";
  const body = `${program}${lines}`.split("\n").map((line) => `    ${line}`);
  return manifestOf(`processes:\n  - name: api\n${body.join("\n")}\n`).processes[0] as ProcessDefinition;
}

const REFERENCE = `
# processes.yaml
processes:
  - name: redis
    executable: redis-server
    restart: true
    
  - name: python-script
    executable: python
    args: app.py --port 8000
    working_directory: /services/analytics
    environment:
      PYTHONPATH: /lib/python
    watch:
      enabled: true
      paths: ["*.py"]
    
  - name: nginx
    executable: /usr/sbin/nginx
    args: -c /etc/nginx/nginx.conf
    restart: true
    resource_limits:
      memory: 512  # MB
`;

test("the reference's file is read as it stands", () => {
  const manifest = manifestOf(REFERENCE);
  const [redis, python, nginx] = manifest.processes;
  assert.equal([manifest.id, manifest.project, manifest.path], ["/srv/shop/processes.yaml", "shop", "/usr/bin:/bin"]);
  assert.equal(
    [redis?.executable, redis?.type, redis?.restart.policy, redis?.workingDirectory],
    ["redis-server", "service", "always", "/srv/shop"],
  );
  assert.equal(
    [python?.args, python?.type, python?.watch],
    [["app.py", "--port", "8000"], "oneshot", { paths: ["*.py"], ignore: [], debounceMs: 100 }],
  );
  assert.equal([nginx?.limits.memoryBytes, nginx?.source], [512 * 1024 * 1024, { file: "/srv/shop/processes.yaml", line: 18 }]);
});

test("a process that says only what it runs has all defaults", () => {
  assert.equal(processOf("executable: ./api"), {
    executable: "./api",
    args: [],
    shell: false,
    name: "api",
    project: "shop",
    workingDirectory: "/srv/shop",
    environment: {},
    envFiles: [],
    inherited: {},
    type: "oneshot",
    restart: {
      policy: "never",
      delayMs: 100,
      factor: 2,
      maxDelayMs: 30_000,
      jitter: 0.1,
      resetAfterMs: 60_000,
      maxRestarts: null,
      windowMs: 60_000,
      successCodes: [0],
    },
    stop: { signal: "SIGTERM", timeoutMs: 10_000, command: null },
    logs: { maxSizeBytes: 10_485_760, maxFiles: 5, compress: false },
    watch: null,
    limits: { memoryBytes: null, openFiles: null, cpu: null, pids: null },
    user: null,
    group: null,
    umask: null,
    nice: null,
    dependsOn: [],
    healthCheck: null,
    instances: 1,
    ports: {},
    listen: null,
    schedule: null,
    reload: null,
    on: {},
    app: null,
    source: { file: "/srv/shop/processes.yaml", line: 2 },
  });
});

type Picked = (process: ProcessDefinition) => unknown;
const command: Picked = ({ executable, args, shell }) => [executable, ...args, shell];
const KEYS: [string, Picked, unknown][] = [
  ["command: ./api --port 8000 'a b'", command, ["./api", "--port", "8000", "a b", false]],
  ["command: [./api, --port, 8000, true, '']", command, ["./api", "--port", "8000", "true", "", false]],
  ["command: run\nargs: [a b]", command, ["run", "a b", false]],
  ["command: ~/bin/api", command, ["/home/me/bin/api", false]],
  ["executable: 'true'\nargs: 1.10", command, ["true", "1.10", false]],
  ["command: a | b > c\nshell: true", command, ["a | b > c", true]],
  ["executable: a\nargs: '| b'\nshell: true", command, ["a | b", true]],
  ['args: --port ${PORT} ${ARGS} "${ARGS}"', command, ["./api", "--port", "8000", "--a", "--b", "--a --b", false]],
  ["args: ['--port=${PORT}', '$${PORT}', '${NO:-x y}']", command, ["./api", "--port=8000", "${PORT}", "x y", false]],
  ["cwd: services", (p) => p.workingDirectory, "/srv/shop/services"],
  ["working_dir: ../x/", (p) => p.workingDirectory, "/srv/x"],
  ["working_directory: ~/w", (p) => p.workingDirectory, "/home/me/w"],
  [
    "environment: { A: 1, B: true, C: '', D: 1.50, E: 022, F: text }",
    (p) => p.environment,
    { A: "1", B: "true", C: "", D: "1.50", E: "022", F: "text" },
  ],
  ["env: [A=1, 'B=x=y', C=]", (p) => p.environment, { A: "1", B: "x=y", C: "" }],
  ["environment:\n  - P=${PORT}", (p) => p.environment, { P: "8000" }],
  ["environment: { K: { from_file: ./k } }", (p) => p.environment, { K: { fromFile: "/srv/shop/k" } }],
  ["env_file: .env", (p) => p.envFiles, ["/srv/shop/.env"]],
  ["env_file: [.env, ~/.env]", (p) => p.envFiles, ["/srv/shop/.env", "/home/me/.env"]],
  ["inherit: [LANG, NOT_SET]", (p) => p.inherited, { LANG: "C" }],
  ["inherit: LANG", (p) => p.inherited, { LANG: "C" }],
  ["inherit: false", (p) => p.inherited, {}],
  ["type: service", (p) => p.type, "service"],
  ["restart: on-failure", (p) => [p.restart.policy, p.type], ["on-failure", "service"]],
  ["restart: true\ntype: oneshot", (p) => [p.restart.policy, p.type], ["always", "oneshot"]],
  ["restart: false", (p) => [p.restart.policy, p.type], ["never", "oneshot"]],
  ["restart: never", (p) => p.restart.policy, "never"],
  ["restart: { delay: 1m }", (p) => [p.restart.policy, p.restart.delayMs, p.restart.maxDelayMs], ["always", 60_000, 60_000]],
  ["restart: { policy: false, max_restarts: 0 }", (p) => [p.restart.policy, p.restart.maxRestarts], ["never", 0]],
  [
    "restart: { policy: on-failure, delay: 200ms, factor: 1.5, max_delay: 1m, jitter: 0, reset_after: 00:01:30, max_restarts: 10, window: 2m, success_codes: [0, 3, 3] }",
    (p) => p.restart,
    {
      policy: "on-failure",
      delayMs: 200,
      factor: 1.5,
      maxDelayMs: 60_000,
      jitter: 0,
      resetAfterMs: 90_000,
      maxRestarts: 10,
      windowMs: 120_000,
      successCodes: [0, 3],
    },
  ],
  [
    "stop: { signal: int, timeout: 0s, command: 'kill $GHOST_PID | cat' }",
    (p) => p.stop,
    { signal: "SIGINT", timeoutMs: 0, command: "kill $GHOST_PID | cat" },
  ],
  ["watch: true", (p) => p.watch, { paths: ["."], ignore: [], debounceMs: 100 }],
  ["watch: false", (p) => p.watch, null],
  ["watch: { enabled: false, paths: [a] }", (p) => p.watch, null],
  ["watch: { paths: src, ignore: ['*.tmp'], debounce: 1s }", (p) => p.watch, { paths: ["src"], ignore: ["*.tmp"], debounceMs: 1000 }],
  [
    "resource_limits: { memory: 1GiB, open_files: 4096 }",
    (p) => p.limits,
    { memoryBytes: 1024 ** 3, openFiles: 4096, cpu: null, pids: null },
  ],
  ["resource_limits: { cpu: 1.5, pids: 100 }", (p) => [p.limits.cpu, p.limits.pids], [1.5, 100]],
  ["resource_limits: { memory: '512' }", (p) => p.limits.memoryBytes, 512 * 1024 ** 2],
  ["resource_limits:\n  memory: ${LIMIT}", (p) => p.limits.memoryBytes, 256 * 1024 ** 2],
  ["logs: { max_size: 1MB, max_files: 0, compress: true }", (p) => p.logs, { maxSizeBytes: 1024 ** 2, maxFiles: 0, compress: true }],
  ["logs:\n  compress: ${YES}", (p) => p.logs.compress, true],
  ["user: www-data\ngroup: 33", (p) => [p.user, p.group], ["www-data", "33"]],
  ['umask: "022"', (p) => p.umask, 0o22],
  ["umask: 022", (p) => p.umask, 0o22],
  ["umask: 22", (p) => p.umask, 0o22],
  ["umask: 0o027", (p) => p.umask, 0o27],
  ["nice: -5", (p) => p.nice, -5],
];
for (const [lines, pick, expected] of KEYS) test(lines.replaceAll("\n", " / "), () => assert.equal(pick(processOf(lines)), expected));

test("processes may be a map by name, in JSON too", () => {
  const names = (manifest: Manifest): string[] => manifest.processes.map((process) => process.name);
  assert.equal(names(manifestOf("project: p\nprocesses:\n  a: { executable: x }\n  b:\n    command: y\n")), ["a", "b"]);
  assert.equal(names(manifestOf('{\n\t"processes": [\n\t\t{ "name": "a", "executable": "x" }\n\t]\n}')), ["a"]);
  assert.equal(names(manifestOf("\uFEFFprocesses:\r\n  - name: a\r\n    executable: x\r\n")), ["a"]);
});

test("anchors, aliases and merge keys share settings; what a process says itself wins", () => {
  const [a, b] = manifestOf(`
x-base: &base
  restart: true
  environment: { A: "1", B: "2" }
processes:
  - <<: *base
    name: a
    executable: x
  - name: b
    executable: x
    restart: on-failure
    <<: [*base, { nice: 3 }]
`).processes;
  assert.equal([a?.restart.policy, a?.environment], ["always", { A: "1", B: "2" }]);
  assert.equal([b?.restart.policy, b?.nice], ["on-failure", 3]);
});

test("later files override a process key by key, and maps in it key by key", () => {
  const manifest = manifestOf(
    "project: one\nprocesses:\n  - { name: a, executable: x, args: [1], restart: true, env: [A=1, B=2], stop: { signal: SIGINT }, env_file: .env }\n  - { name: b, executable: y }\n",
    "project: two\nprocesses:\n  a: { environment: { B: 3, C: 4 }, stop: { timeout: 1s }, cwd: here }\n  c: { executable: z }\n",
  );
  const [a, b, c] = manifest.processes;
  assert.equal([manifest.project, manifest.id, manifest.files.length, a?.project], ["two", "/srv/shop/processes.yaml", 2, "two"]);
  assert.equal([a?.executable, a?.args, a?.restart.policy, a?.environment], ["x", ["1"], "always", { A: "1", B: "3", C: "4" }]);
  assert.equal([a?.stop.signal, a?.stop.timeoutMs], ["SIGINT", 1000]);
  assert.equal([a?.workingDirectory, a?.envFiles, a?.source?.file], ["/srv/shop/1/here", ["/srv/shop/.env"], "/srv/shop/processes.yaml"]);
  assert.equal([b?.workingDirectory, c?.workingDirectory], ["/srv/shop", "/srv/shop/1"]);
});

test("a later command replaces an earlier program with its arguments, and the other way round", () => {
  const first =
    (second: string, third: string): Picked =>
    () =>
      command(manifestOf(`processes: { a: { ${second} } }`, `processes: { a: { ${third} } }`).processes[0] as ProcessDefinition);
  assert.equal(first("executable: x, args: [1]", "command: y 2")({} as ProcessDefinition), ["y", "2", false]);
  assert.equal(first("command: y 2", "executable: x")({} as ProcessDefinition), ["x", false]);
});

test("secrets leave the definition: by variable, by key, inherited, inside a text", () => {
  const manifest = manifestOf(`
processes:
  - name: api
    executable: x
    args: [--password, "\${DB_PASSWORD}"]
    inherit: [GH_TOKEN, LANG]
    environment:
      DB_PASSWORD: \${DB_PASSWORD}
      API_KEY: literal
      DB_SECRET: pre\${DB_PASSWORD}
      URL: pg://u:\${DB_PASSWORD}@h
      EMPTY_TOKEN: ""
`);
  const [api] = manifest.processes;
  assert.not.match(JSON.stringify(manifest.processes), /hunter2|literal|ghp_1234/);
  const shown = Object.fromEntries(Object.entries(api?.environment ?? {}).map(([key, value]) => [key, maskReferences(String(value))]));
  assert.equal(shown, { DB_PASSWORD: MASK, API_KEY: MASK, DB_SECRET: MASK, URL: `pg://u:${MASK}@h`, EMPTY_TOKEN: "" });
  const revealed = Object.fromEntries(
    Object.entries(api?.environment ?? {}).map(([key, value]) => [key, revealSecrets(String(value), manifest.secrets)]),
  );
  assert.equal(revealed, { DB_PASSWORD: "hunter2", API_KEY: "literal", DB_SECRET: "prehunter2", URL: "pg://u:hunter2@h", EMPTY_TOKEN: "" });
  assert.equal(manifest.secrets, {
    DB_PASSWORD: "hunter2",
    GH_TOKEN: "ghp_1234",
    "api.API_KEY": "literal",
    "api.DB_SECRET": "prehunter2",
  });
  assert.is(revealSecrets(api?.args[1] ?? "", manifest.secrets), "hunter2");
});

test("inherit: true takes all but the shell's moment, and a value with the reference mark survives", () => {
  const manifest = manifestOf("processes: [{ name: a, executable: x, inherit: true }]");
  const inherited = Object.fromEntries(
    Object.entries(manifest.processes[0]?.inherited ?? {}).map(([key, value]) => [key, revealSecrets(value, manifest.secrets)]),
  );
  const { PWD: _pwd, SHLVL: _level, ...kept } = ENVIRONMENT;
  assert.equal(inherited, kept);
});

test("places tell where each key stands", () => {
  const text = "processes:\n  - name: a\n    executable: x\n    cwd: y\n    environment: { K: { from_file: f } }\n";
  const { places } = parseProcessesFiles([{ path: "/p", text }], { environment: {} });
  assert.equal(places.get("a.working_directory"), { file: "/p", line: 4, column: 10 });
  assert.equal(places.get("a.environment.K"), { file: "/p", line: 5, column: 23 });
  assert.is(places.get("a")?.line, 2);
});

test.run();
