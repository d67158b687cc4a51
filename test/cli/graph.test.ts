import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GraphView } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";

const STACK = `project: shop
processes:
  - { name: redis, command: sleep 1000, restart: true }
  - { name: migrate, command: "true", type: oneshot, depends_on: [redis] }
  - { name: api, command: sleep 1000, restart: true, depends_on: { migrate: { condition: completed }, redis: { condition: started, on_loss: restart } } }
groups: [{ name: backend, processes: [redis, api] }]
`;

test("draws a file without a daemon", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  const drawn = await home.ok(["graph", "-f", "processes.yaml"]);
  assert.is(drawn.stdout, "api\n├─ migrate (completed)\n│  └─ redis\n└─ redis (on loss: restart)\ngroup backend: redis, api\n");
  assert.match((await home.ok(["graph", "-f", "processes.yaml", "--mermaid"])).stdout, /^flowchart TD\n/);
  assert.is((await home.ghost(["list"])).code, 0);
  assert.is((await home.ghost(["daemon", "status"])).code, 4);
});

test("draws what is registered with its status, whole or in part", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await home.ok(["register", "--start"]);
  assert.match((await home.ok(["graph"])).stdout, /^api {26}running\n├─ migrate \(completed\) {7}exited\n│ {2}└─ redis {18}running\n/);
  const part = (await home.ok(["graph", "migrate", "--json"])).json<GraphView>();
  assert.equal(part.nodes.map(({ name }) => name).sort(), ["migrate", "redis"]);
  assert.equal(
    part.edges.map(({ from, to, condition, met }) => [from, to, condition, met]),
    [["migrate", "redis", "started", true]],
  );
  const unknown = await home.ghost(["graph", "ap"]);
  assert.equal([unknown.code, /did you mean api/.test(unknown.stderr)], [3, true]);
});

test.run();
