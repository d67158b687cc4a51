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
  await ghost.until(() => app.logs.has("done"));
  assert.equal(await Ghost.data.get("sent:ada@example.com"), "hello");
  assert.equal(await app.stop(), 0);
});

test("a job that cannot be done is tried three times and put aside, and the others are done", async () => {
  const app = ghost.run(Worker);
  await Ghost.bus.publishPersistent(JOBS, { to: "nobody", text: "hello" });
  await Ghost.bus.publishPersistent(JOBS, { to: "ada@example.com", text: "hello" });
  await ghost.until(async () => app.logs.has("done") && (await deadJobs()).length > 0);
  assert.deepEqual(await deadJobs(), [{ to: "nobody", text: "hello" }]);
  assert.equal(app.metrics.counter("jobs.failed"), 3);
  assert.equal(await Ghost.data.get("sent:ada@example.com"), "hello");
});

async function deadJobs(): Promise<unknown[]> {
  const jobs: unknown[] = [];
  for await (const { data } of Ghost.bus.history(`${JOBS}:dead`)) jobs.push(data);
  return jobs;
}
