import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Manifest, ProcessDefinition } from "./definition.ts";
import { describeDefinition, diffDefinitions } from "./explain.ts";
import { parseProcessesFiles } from "./processes-file.ts";

function read(
  lines: string,
  environment: Record<string, string> = {},
  path = "/srv/p.yaml",
): { manifest: Manifest; definition: ProcessDefinition } {
  const { manifest } = parseProcessesFiles(
    [
      {
        path,
        text: `processes:\n  a:\n${lines
          .split("\n")
          .map((line) => (line.startsWith("  ") ? line : `    ${line}`))
          .join("\n")}\n`,
      },
    ],
    { environment },
  );
  return { manifest: manifest as Manifest, definition: manifest?.processes[0] as ProcessDefinition };
}

test("a definition is described by the keys of the file, with units, and without secrets", () => {
  const { definition } = read(
    "command: x 'a b' --p=${DB_PASSWORD}\nenvironment: { A: '1', DB_PASSWORD: pw1234, F: { from_file: /f } }\nrestart: true\nresource_limits: { memory: 512, open_files: 10 }\numask: 022\nwatch: true\nenv_file: [a, b]",
    { DB_PASSWORD: "hunter2" },
  );
  const description = describeDefinition(definition);
  assert.equal(description, {
    name: "a",
    project: "srv",
    executable: "x",
    args: "'a b' --p=******",
    working_directory: "/srv",
    env_file: "/srv/a, /srv/b",
    type: "service",
    umask: "022",
    instances: "1",
    "environment.A": "1",
    "environment.DB_PASSWORD": "******",
    "environment.F": "from file /f",
    "restart.policy": "always",
    "restart.delay": "100ms",
    "restart.factor": "2",
    "restart.max_delay": "30s",
    "restart.jitter": "0.1",
    "restart.reset_after": "1m",
    "restart.window": "1m",
    "restart.success_codes": "0",
    "stop.signal": "SIGTERM",
    "stop.timeout": "10s",
    "logs.max_size": "10MB",
    "logs.max_files": "5",
    "logs.compress": "false",
    "watch.paths": ".",
    "watch.debounce": "100ms",
    "resource_limits.memory": "512MB",
    "resource_limits.open_files": "10",
  });
});

test("what a process says of its part in the whole is described, ports as they are written", () => {
  const { definition } = read(
    `command: x -p \${ports.web}
ports: { web: auto, admin: 9000 }
depends_on: { b: { on_loss: hold }, c: }
health_check: { http: { url: "http://u:\${DB_PASSWORD}@h:\${ports.web}/", status: [200, 204], body: ok }, period: 1s }
instances: 2
listen: 8080
reload: { signal: HUP }
on: { failed: ./notify.sh }
resource_limits: { cpu: 1.5, pids: 10 }
environment: { URL: "http://h:\${ports.web}" }
restart: true
  b: { executable: y, health_check: { exec: "ping 'a b'" } }
  c: { executable: z, schedule: { cron: "@daily", timezone: UTC } }`,
    { DB_PASSWORD: "hunter2" },
  );
  const description = describeDefinition(definition);
  const shown = Object.entries(description).filter(([key]) => !/^(restart|stop|logs)\.|^(name|project|type|working_directory)$/.test(key));
  assert.equal(Object.fromEntries(shown), {
    executable: "x",
    args: "-p ${ports.a.web}",
    "depends_on.b": "healthy, on_loss hold",
    "depends_on.c": "completed",
    "health_check.http": "http://u:******@h:${ports.a.web}/",
    "health_check.http.status": "200, 204",
    "health_check.http.body": "ok",
    "health_check.period": "1s",
    "health_check.timeout": "2s",
    "health_check.failures": "3",
    "health_check.successes": "1",
    "health_check.start_grace": "2m",
    "health_check.restart": "false",
    instances: "2",
    "ports.web": "auto",
    "ports.admin": "9000",
    listen: "*:8080",
    "reload.signal": "SIGHUP",
    "on.failed": "./notify.sh",
    "environment.URL": "http://h:${ports.a.web}",
    "resource_limits.cpu": "1.5",
    "resource_limits.pids": "10",
  });
});

test("differences name the key and both sides; lines and order of variables do not count", () => {
  const before = read("executable: x\nenvironment: { A: '1', B: '2' }\nnice: 1").definition;
  const after = read("# moved\nnice: 2\nexecutable: x\nenvironment: { B: '2', C: '3' }").definition;
  assert.equal(diffDefinitions(before, after), [
    { key: "nice", before: "1", after: "2" },
    { key: "environment.A", before: "1", after: null },
    { key: "environment.C", before: null, after: "3" },
  ]);
  assert.equal(diffDefinitions(before, read("\n\nexecutable: x\nenvironment: { B: '2', A: '1' }\nnice: 1").definition), []);
});

test("a secret that changed is told without its value; one that only moved is no difference", () => {
  const lines = "executable: x\nenvironment: { DB_PASSWORD: '${DB_PASSWORD}' }";
  const before = read(lines, { DB_PASSWORD: "hunter2" });
  const after = read(lines, { DB_PASSWORD: "hunter3" });
  const literal = read("executable: x\nenvironment: { DB_PASSWORD: hunter2 }");
  const diff = (a: typeof before, b: typeof before): unknown =>
    diffDefinitions(a.definition, b.definition, { before: a.manifest.secrets, after: b.manifest.secrets });
  assert.equal(diff(before, after), [{ key: "environment.DB_PASSWORD", before: "******", after: "****** (changed)" }]);
  assert.equal(diff(before, before), []);
  assert.equal(diff(before, literal), []);
  assert.equal(diffDefinitions(before.definition, after.definition), []);
});

test.run();
