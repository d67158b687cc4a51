import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Ghost } from "ghost-sdk";
import { type GhostForTesting, useGhostForTesting } from "ghost-sdk/testing";
import { JOBS, Worker } from "./worker.ts";

// Doubles in the place of hub, data and clock: no daemon, and no waiting.
let ghost: GhostForTesting;

beforeEach(() => {
  ghost = useGhostForTesting();
});

afterEach(() => ghost[Symbol.asyncDispose]());

test("a job that waits is done", async () => {
  await Ghost.bus.publishPersistent(JOBS, { to: "ada@example.com", text: "hello" });
  const app = ghost.run(Worker);
  await ghost.advance("1s");
  assert.equal(await Ghost.data.get("sent:ada@example.com"), "hello");
  assert.equal(await app.stop(), 0);
});

test("a job that cannot be done is tried three times and put aside, and the others are done", async () => {
  const app = ghost.run(Worker);
  await Ghost.bus.publishPersistent(JOBS, { to: "nobody", text: "hello" });
  await Ghost.bus.publishPersistent(JOBS, { to: "ada@example.com", text: "hello" });
  await ghost.advance("10s");
  assert.equal(app.metrics.counter("jobs.failed"), 3);
  assert.equal(await Ghost.data.get("sent:ada@example.com"), "hello");
  const dead: unknown[] = [];
  for await (const { data } of Ghost.bus.history(`${JOBS}:dead`)) dead.push(data);
  assert.deepEqual(dead, [{ to: "nobody", text: "hello" }]);
});
