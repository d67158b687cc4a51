import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type GhostForTesting, useGhostForTesting } from "ghost-sdk/testing";
import { greeting, Hello } from "./hello.ts";

// Doubles in the place of hub, data and clock: no daemon, and no waiting.
let ghost: GhostForTesting;

beforeEach(() => {
  ghost = useGhostForTesting();
});

afterEach(() => ghost[Symbol.asyncDispose]());

test("a greeting names whom it greets", () => {
  assert.equal(greeting("Ada"), "hello, Ada");
});

test("it greets whom the command line names, counts it, and ends well", async () => {
  const app = ghost.run(Hello, { args: ["Ada"] });
  assert.equal(await app.exitCode, 0);
  assert.ok(app.logs.has("hello, Ada"));
  assert.equal(app.metrics.counter("greetings"), 1);
});
