import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GroupDefinition, Manifest, ProcessDefinition } from "./definition.ts";
import { PROCESSES_MAX } from "./limits.ts";
import { manifestProblem } from "./manifest-problem.ts";
import { parseProcessesFiles } from "./processes-file.ts";

const TEXT = `
project: shop
processes:
  a: { executable: x, restart: true, depends_on: [b] }
  b: { executable: x, restart: true, health_check: { tcp: 1 } }
  c: { executable: x, type: oneshot }
groups: { g: { processes: [a, b] } }
`;

function manifest(): Manifest {
  const parsed = parseProcessesFiles([{ path: "/srv/p.yaml", text: TEXT }], { environment: {} });
  assert.ok(parsed.manifest, JSON.stringify(parsed.diagnostics));
  return parsed.manifest;
}

const needs = (name: string, condition = "started") => ({ name, condition, onLoss: "ignore" });

/** The manifest with some keys of a process (by its index) or of the group changed. */
function changed(index: number | "group", change: object): Manifest {
  const whole = manifest();
  const processes = whole.processes.map((each, at) => (at === index ? ({ ...each, ...change } as ProcessDefinition) : each));
  const groups = whole.groups.map((each) => (index === "group" ? ({ ...each, ...change } as GroupDefinition) : each));
  return { ...whole, processes, groups };
}

test("what the parser takes has no problem", () => {
  assert.is(manifestProblem(manifest()), null);
});

const table: readonly (readonly [number | "group", object, string, RegExp])[] = [
  [1, { dependsOn: [needs("a")] }, "processes[0].dependsOn", /need each other: a needs b, b needs a$/],
  [1, { dependsOn: [needs("nobody")] }, "processes[1].dependsOn[0]", /depend on nobody: there is no process/],
  [1, { dependsOn: [needs("g")] }, "processes[1].dependsOn[0]", /depend on g: there is no process/],
  [1, { dependsOn: [needs("b")] }, "processes[1].dependsOn[0]", /depend on itself/],
  [1, { dependsOn: [needs("c"), needs("c")] }, "processes[1].dependsOn[1]", /twice/],
  [1, { dependsOn: [needs("c", "healthy")] }, "processes[1].dependsOn[0]", /has no health_check/],
  [2, { dependsOn: [needs("b", "completed")] }, "processes[2].dependsOn[0]", /does not complete/],
  [1, { name: "a" }, "processes[1].name", /name a twice: processes\[0\] has it/],
  [1, { project: "other" }, "processes[1].project", /project is other/],
  [1, { instances: PROCESSES_MAX }, "processes", /more than 10000/],
  ["group", { name: "b" }, "groups[0].name", /a process is called so/],
  ["group", { processes: ["a", "nobody"] }, "groups[0].processes[1]", /nobody into group g: there is no process/],
  ["group", { processes: ["a", "a"] }, "groups[0].processes[1]", /twice/],
  ["group", { processes: [] }, "groups[0].processes", /no processes/],
  ["group", { project: "other" }, "groups[0].project", /project is other/],
];
for (const [index, change, at, message] of table) {
  test(`${at}: ${message.source}`, () => {
    const problem = manifestProblem(changed(index, change));
    assert.is(problem?.at, at);
    assert.match(problem?.message ?? "", message);
  });
}

test("two processes with one listener", () => {
  const listen = (host: string) => ({ host, port: 80 });
  const both = (one: string, other: string): Manifest => {
    const whole = manifest();
    const hosts = [one, other];
    return {
      ...whole,
      processes: whole.processes.map((each, at) => ({ ...each, listen: hosts[at] === undefined ? null : listen(hosts[at]) })),
    };
  };
  assert.is(manifestProblem(both("127.0.0.1", "0.0.0.0"))?.at, "processes[1].listen");
  assert.is(manifestProblem(both("127.0.0.1", "127.0.0.2")), null);
});

test.run();
