import { test } from "uvu";
import * as assert from "uvu/assert";
import { MockOrchestrator } from "./mock-orchestrator.ts";
import { settle, VirtualClock } from "./virtual-clock.ts";

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    ({ code }) => code,
  );

function shop() {
  const clock = new VirtualClock();
  const orchestrator = new MockOrchestrator(clock).define(
    { name: "api", dependsOn: ["db", "cache"] },
    { name: "db", startsIn: "2s" },
    "cache",
    "other",
  );
  return { clock, orchestrator };
}

test("a group starts in the order of who needs whom, with all that it needs, and stops against it", async () => {
  const { clock, orchestrator } = shop();
  await orchestrator.createGroup("shop", { processes: ["api", "db"] });
  const starting = orchestrator.startGroup("shop");
  await settle();
  assert.equal([orchestrator.started, (await orchestrator.groupStatus("shop")).status], [["db", "cache"], "starting"]);
  await clock.advance("2s");
  assert.equal([(await starting).status, orchestrator.started], ["up", ["db", "cache", "api"]]);
  assert.is((await orchestrator.stopGroup("shop")).status, "stopped");
  assert.equal(orchestrator.stopped, ["api", "db"]);
  assert.equal(
    orchestrator.calls.map(({ method }) => method),
    ["createGroup", "startGroup", "groupStatus", "stopGroup"],
  );
});

test("what fails to start is told, and what needs it waits", async () => {
  const { orchestrator } = shop();
  orchestrator.define({ name: "db", failsWith: "no disk" });
  await orchestrator.createGroup("shop", { processes: ["api"] });
  assert.is(await codeOf(orchestrator.startGroup("shop")), "START_FAILED");
  const views = new Map((await orchestrator.processes()).map((view) => [view.name, view]));
  assert.equal([views.get("db")?.status, views.get("db")?.why, views.get("api")?.waitingFor], ["failed", "no disk", ["db"]]);
});

test("waiting for health ends when the test says that it is healthy, or by the test's clock", async () => {
  const { clock, orchestrator } = shop();
  orchestrator.set("cache", { status: "running", health: "unknown" });
  const healthy = orchestrator.waitForHealthy("cache");
  orchestrator.set("cache", { health: "healthy" });
  assert.is((await healthy).health, "healthy");
  const late = codeOf(orchestrator.waitForHealthy("other", "5s"));
  await clock.advance("5s");
  assert.is(await late, "TIMED_OUT");
});

test("circles and unknown names are refused", async () => {
  const { orchestrator } = shop();
  assert.throws(() => orchestrator.define({ name: "db", dependsOn: ["api"] }), /api → db → api|db → api → db/);
  assert.is(await codeOf(orchestrator.startGroup("none")), "NOT_FOUND");
  assert.is(await codeOf(orchestrator.waitForHealthy("none")), "NOT_FOUND");
});

test.run();
