import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GroupView } from "../../core/api/wire.ts";
import { renderGroup, renderGroups } from "./groups.ts";
import { plain } from "./paint.ts";
import { renderWaiting, WaitingList } from "./waiting.ts";

const group: GroupView = {
  project: "shop",
  name: "backend",
  startup: "dependency",
  origin: "file",
  processes: ["redis", "api"],
  status: "starting",
  total: 3,
  ready: 1,
  unhealthy: 1,
  waiting: [
    { name: "api", instance: 0, status: "waiting", for: ["redis (healthy)"] },
    { name: "api", instance: 1, status: "unhealthy", for: [] },
  ],
};

test("lists groups with how many of how many", () => {
  assert.equal(renderGroups([group], { columns: 80, paint: plain }), [
    "GROUP    STATUS    READY  STARTUP     PROCESSES",
    "backend  starting    1/3  dependency  redis, api",
  ]);
  assert.match(renderGroups([group, { ...group, project: "other" }], { columns: 80, paint: plain })[2] ?? "", /^other\/backend/);
});

test("tells of one who is ill and what is awaited", () => {
  assert.equal(renderGroup(group, plain), [
    "shop/backend  starting",
    "  ready      1 of 3, 1 unhealthy",
    "  startup    dependency",
    "  made by    a file",
    "  processes  redis, api",
    "  not ready  api is waiting, waits for redis (healthy)",
    "  not ready  api:1 is unhealthy",
  ]);
});

test("keeps who waits for what, and says only what is new", () => {
  const list = new WaitingList();
  const line = (name: string, ...needs: string[]) => ({ waiting: { project: "shop", name, instance: 0, for: needs } });
  assert.is(list.note(line("api", "redis (healthy)")), "api (redis (healthy))");
  assert.is(list.note(line("api", "redis (healthy)")), null);
  assert.is(list.note(line("worker")), "worker (its health check)");
  assert.is(
    renderWaiting(list.phrases(), plain),
    "waiting: worker (its health check), api (redis (healthy))",
    "what is itself starting comes first",
  );
  list.settle({ project: "shop", name: "api", instance: 0, ok: true, did: "started", pid: 1 });
  assert.equal(list.phrases(), ["worker (its health check)"]);
});

test.run();
