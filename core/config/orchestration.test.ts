import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Manifest, ProcessDefinition } from "./definition.ts";
import { parseProcessesFiles } from "./processes-file.ts";

function manifestOf(...texts: string[]): Manifest {
  const files = texts.map((text, index) => ({ path: `/srv/shop/${index}.yaml`, text }));
  const { manifest, diagnostics } = parseProcessesFiles(files, { environment: { DB_PASSWORD: "hunter2", PORT: "8000" } });
  assert.equal(diagnostics, []);
  return manifest as Manifest;
}

function named(manifest: Manifest, name: string): ProcessDefinition {
  return manifest.processes.find((process) => process.name === name) as ProcessDefinition;
}

/** The process that these lines declare. */
function processOf(lines: string): ProcessDefinition {
  const body = `executable: x\n${lines}`.split("\n").map((line) => `    ${line}`);
  return named(manifestOf(`processes:\n  api:\n${body.join("\n")}\n`), "api");
}

const STACK = `
processes:
  db: { executable: postgres, health_check: { tcp: 5432 } }
  cache: { executable: redis-server, restart: true }
  migrate: { executable: ./migrate, depends_on: db }
  api:
    executable: ./api
    restart: true
    depends_on: DEPENDS
`;
const DEPENDS: [string, unknown][] = [
  [
    "[db, cache, migrate]",
    [
      { name: "db", condition: "healthy", onLoss: "ignore" },
      { name: "cache", condition: "started", onLoss: "ignore" },
      { name: "migrate", condition: "completed", onLoss: "ignore" },
    ],
  ],
  ["cache", [{ name: "cache", condition: "started", onLoss: "ignore" }]],
  ["{ db: { condition: started, on_loss: hold } }", [{ name: "db", condition: "started", onLoss: "hold" }]],
  [
    "{ db: { on_loss: restart }, cache: }",
    [
      { name: "db", condition: "healthy", onLoss: "restart" },
      { name: "cache", condition: "started", onLoss: "ignore" },
    ],
  ],
  ["[]", []],
];
for (const [text, expected] of DEPENDS) {
  test(`depends_on: ${text}`, () => assert.equal(named(manifestOf(STACK.replace("DEPENDS", text)), "api").dependsOn, expected));
}

test("a process may depend on one that another file declares, and the later file's list replaces the earlier", () => {
  const base = "processes: { api: { executable: x, depends_on: [db] }, db: { executable: y, restart: true } }";
  const more = "processes: { api: { depends_on: [cache] }, cache: { executable: z, restart: true } }";
  assert.equal(named(manifestOf(base, more), "api").dependsOn, [{ name: "cache", condition: "started", onLoss: "ignore" }]);
});

const CHECK = { periodMs: 5000, timeoutMs: 2000, failures: 3, successes: 1, startGraceMs: 120_000, restart: false };
const PROBES: [string, ProcessDefinition["healthCheck"]][] = [
  [
    '{ http: "http://127.0.0.1:8000/healthz" }',
    { ...CHECK, probe: { kind: "http", url: "http://127.0.0.1:8000/healthz", status: null, body: null } },
  ],
  [
    "{ http: { url: 'https://[::1]/', status: 200, body: ok } }",
    { ...CHECK, probe: { kind: "http", url: "https://[::1]/", status: [200], body: "ok" } },
  ],
  [
    "{ http: { url: 'http://h', status: [200, 204] } }",
    { ...CHECK, probe: { kind: "http", url: "http://h", status: [200, 204], body: null } },
  ],
  ["{ tcp: 8000 }", { ...CHECK, probe: { kind: "tcp", host: "127.0.0.1", port: "8000" } }],
  ["{ tcp: ':8000' }", { ...CHECK, probe: { kind: "tcp", host: "127.0.0.1", port: "8000" } }],
  ["{ tcp: 'db.local:${PORT}' }", { ...CHECK, probe: { kind: "tcp", host: "db.local", port: "8000" } }],
  ["{ tcp: '[::1]:80' }", { ...CHECK, probe: { kind: "tcp", host: "::1", port: "80" } }],
  ["{ exec: pg_isready -h 'a b' }", { ...CHECK, probe: { kind: "exec", executable: "pg_isready", args: ["-h", "a b"], shell: false } }],
  ["{ exec: [redis-cli, ping] }", { ...CHECK, probe: { kind: "exec", executable: "redis-cli", args: ["ping"], shell: false } }],
  ["{ exec: 'a | grep b' }", { ...CHECK, probe: { kind: "exec", executable: "a | grep b", args: [], shell: true } }],
  ["{ exec: 'curl :$PORT' }", { ...CHECK, probe: { kind: "exec", executable: "curl :$PORT", args: [], shell: true } }],
  ["{ exec: \"echo 'a | b'\" }", { ...CHECK, probe: { kind: "exec", executable: "echo", args: ["a | b"], shell: false } }],
  ["{ log: 'ready to accept \\w+' }", { ...CHECK, probe: { kind: "log", pattern: "ready to accept \\w+" } }],
  ["{ heartbeat: 10s }", { ...CHECK, probe: { kind: "heartbeat", intervalMs: 10_000 } }],
  [
    "{ tcp: 1, period: 1s, timeout: 500ms, failures: 5, successes: 2, start_grace: 0s, restart: true }",
    {
      probe: { kind: "tcp", host: "127.0.0.1", port: "1" },
      periodMs: 1000,
      timeoutMs: 500,
      failures: 5,
      successes: 2,
      startGraceMs: 0,
      restart: true,
    },
  ],
];
for (const [text, expected] of PROBES) {
  test(`health_check: ${text}`, () => {
    const { healthCheck, type } = processOf(`health_check: ${text}`);
    assert.equal(healthCheck, expected);
    assert.is(type, "service");
  });
}

test("a later file's way to ask replaces an earlier one, and the rest merges", () => {
  const manifest = manifestOf(
    "processes: { a: { executable: x, health_check: { tcp: 1, period: 1s } } }",
    "processes: { a: { health_check: { log: ready } } }",
  );
  assert.equal(named(manifest, "a").healthCheck, { ...CHECK, periodMs: 1000, probe: { kind: "log", pattern: "ready" } });
});

const VALUES: [string, (process: ProcessDefinition) => unknown, unknown][] = [
  ["instances: 3", (p) => [p.instances, p.type], [3, "service"]],
  ["instances: 1", (p) => [p.instances, p.type], [1, "oneshot"]],
  ["instances: 2\ntype: oneshot", (p) => [p.instances, p.type], [2, "oneshot"]],
  ["ports: { web: auto, admin: 9000 }", (p) => p.ports, { web: "auto", admin: 9000 }],
  ["listen: 8080", (p) => [p.listen, p.type], [{ host: "0.0.0.0", port: 8080 }, "service"]],
  ["listen: ':8080'", (p) => p.listen, { host: "0.0.0.0", port: 8080 }],
  ["listen: localhost:8080", (p) => p.listen, { host: "localhost", port: 8080 }],
  ["listen: '[::]:8080'", (p) => p.listen, { host: "::", port: 8080 }],
  ["schedule: '*/5 * * * *'", (p) => [p.schedule, p.type], [{ cron: "*/5 * * * *", timezone: null, overlap: false }, "oneshot"]],
  ["schedule: '@daily'\nrestart: on-failure", (p) => [p.schedule?.cron, p.type], ["@daily", "oneshot"]],
  [
    "schedule: { cron: 0 3 * * MON-FRI, timezone: Europe/Berlin }",
    (p) => p.schedule,
    { cron: "0 3 * * MON-FRI", timezone: "Europe/Berlin", overlap: false },
  ],
  ["reload: { signal: hup }", (p) => p.reload, { signal: "SIGHUP" }],
  ["on: { failed: './notify.sh $USER', recovered: b }", (p) => p.on, { failed: "./notify.sh $USER", recovered: "b" }],
  ["resource_limits: { cpu: 1.5, pids: 100 }", (p) => [p.limits.cpu, p.limits.pids], [1.5, 100]],
];
for (const [lines, take, expected] of VALUES) {
  test(lines.replaceAll("\n", " / "), () => assert.equal(take(processOf(lines)), expected));
}

const PAIR = "processes: { a: { executable: x }, b: { executable: x } }";
test("groups are a list, or a map by name", () => {
  const list = manifestOf(`${PAIR}\ngroups: [{ name: both, processes: [b, a], startup: parallel }, { name: one, processes: a }]`).groups;
  assert.equal(list, [
    { name: "both", project: "shop", processes: ["b", "a"], startup: "parallel", source: { file: "/srv/shop/0.yaml", line: 2 } },
    { name: "one", project: "shop", processes: ["a"], startup: "dependency", source: { file: "/srv/shop/0.yaml", line: 2 } },
  ]);
  assert.equal(manifestOf(`${PAIR}\ngroups: { both: { processes: [b, a], startup: parallel }, one: { processes: a } }`).groups, list);
});

test("groups merge over files: a file may hold groups alone, and a later list replaces an earlier", () => {
  const later = "groups: { both: { processes: [a, b] }, last: { processes: [b] } }";
  const { groups } = manifestOf(`${PAIR}\ngroups: { both: { processes: [a], startup: sequential } }`, later);
  assert.equal(
    groups.map(({ name, processes, startup }) => [name, processes, startup]),
    [
      ["both", ["a", "b"], "sequential"],
      ["last", ["b"], "dependency"],
    ],
  );
});

test.run();
