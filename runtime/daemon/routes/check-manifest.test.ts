import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Manifest } from "../../../core/config/definition.ts";
import { parseProcessesFiles } from "../../../core/config/processes-file.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { checkManifest } from "./check-manifest.ts";

const TEXT = `
processes:
  db: { executable: x, health_check: { http: { url: "http://h/", status: 200, body: ok } }, ports: { web: auto, admin: 80 }, on: { failed: a } }
  api:
    executable: x
    instances: 2
    listen: 8080
    reload: { signal: HUP }
    watch: true
    depends_on: { db: { on_loss: hold } }
    health_check: { exec: a b }
    resource_limits: { cpu: 1, pids: 5 }
    environment: { A: b, F: { from_file: /f } }
  t: { executable: x, health_check: { tcp: 1 } }
  l: { executable: x, health_check: { log: a } }
  h: { executable: x, health_check: { heartbeat: 1s } }
  job: { executable: x, schedule: { cron: "@daily", timezone: UTC } }
groups: { g: { processes: [db, api] } }
`;

/** A fresh copy, plain JSON as it arrives. */
function manifest(): Manifest {
  const parsed = parseProcessesFiles([{ path: "/srv/p.yaml", text: TEXT }], { environment: {} });
  assert.ok(parsed.manifest, JSON.stringify(parsed.diagnostics));
  return JSON.parse(JSON.stringify(parsed.manifest)) as Manifest;
}

/** Sets what a path of keys leads to. */
function changed(path: string, value: unknown): Manifest {
  const whole = manifest();
  const keys = path.split(".");
  let at = whole as unknown as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[keys.at(-1) as string] = value;
  return whole;
}

test("what the parser makes is taken, and so is what an older one made", () => {
  checkManifest(manifest());
  const old = manifest() as unknown as { groups?: unknown; processes: Record<string, unknown>[] };
  delete old.groups;
  for (const process of old.processes) {
    for (const key of ["dependsOn", "healthCheck", "instances", "ports", "listen", "schedule", "reload", "on"]) delete process[key];
    process.limits = { memoryBytes: null, openFiles: null };
  }
  checkManifest(old as unknown as Manifest);
});

const BAD: [string, unknown, RegExp][] = [
  ["groups", {}, /manifest\.groups is not a list/],
  ["groups.0.processes", ["a/b"], /groups\[0\]\.processes is not a list, each a name/],
  ["groups.0.startup", "any", /startup is not dependency or sequential or parallel/],
  ["processes.0.name", "all", /processes\[0\]\.name is not a name/],
  ["processes.1.instances", 0, /instances is not a whole number from 1 to 1000/],
  ["processes.1.dependsOn.0.onLoss", "kill", /dependsOn\[0\]\.onLoss is not ignore/],
  ["processes.1.dependsOn", ["db"], /dependsOn is not a list, each an object/],
  ["processes.1.listen.port", 70_000, /listen\.port is not a port/],
  ["processes.1.limits.cpu", "1", /limits\.cpu is not a number or null/],
  ["processes.1.healthCheck.probe.kind", "ping", /probe\.kind is not http/],
  ["processes.1.healthCheck.probe.args", null, /probe\.args is not a list/],
  ["processes.1.healthCheck.periodMs", 0, /periodMs is not a whole number above 0/],
  ["processes.0.healthCheck.probe.status", ["a"], /probe\.status is not/],
  ["processes.0.ports", { "a.b": 1 }, /ports is not an object/],
  ["processes.0.ports.web", "any", /ports is not an object, each value a port from 1 to 65535 or auto/],
  ["processes.0.on", { exit: "x" }, /on is not an object/],
  ["processes.5.schedule.cron", "nonsense", /schedule\.cron cannot be used/],
  ["processes.5.schedule.timezone", "Mars/Base", /no time zone/],
  ["processes.5.schedule.overlap", true, /overlap is not false/],
];
for (const [path, value, message] of BAD) {
  test(`${path} = ${JSON.stringify(value)} is refused`, () => {
    try {
      checkManifest(changed(path, value));
    } catch (error) {
      assert.ok(error instanceof GhostError && error.code === "USAGE", String(error));
      return assert.match((error as Error).message, message);
    }
    assert.unreachable("it was taken");
  });
}

test.run();
