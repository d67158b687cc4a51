import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type AppUnderTest, type GhostForTesting, useGhostForTesting } from "ghost-sdk/testing";
import { Api } from "./api.ts";

// Doubles in the place of hub and data; the clock is the real one, because requests are real.
let ghost: GhostForTesting;
let app: AppUnderTest<Api>;

beforeEach(async () => {
  process.env.PORT = "0";
  ghost = useGhostForTesting({ clock: "system" });
  app = ghost.run(Api);
  await app.app.listening;
});

afterEach(() => ghost[Symbol.asyncDispose]());

async function call(method: string, path: string, body?: unknown): Promise<readonly [number, unknown]> {
  const response = await fetch(`http://127.0.0.1:${app.app.port}${path}`, { method, body: body === undefined ? null : JSON.stringify(body) });
  return [response.status, await response.json()];
}

test("a note is added, read, listed and deleted", async () => {
  assert.deepEqual(await call("POST", "/notes", { text: "buy milk" }), [201, { id: 1, text: "buy milk" }]);
  assert.deepEqual(await call("GET", "/notes/1"), [200, { id: 1, text: "buy milk" }]);
  assert.deepEqual(await call("GET", "/notes"), [200, [{ id: 1, text: "buy milk" }]]);
  assert.deepEqual(await call("DELETE", "/notes/1"), [200, {}]);
  assert.deepEqual(await call("GET", "/notes/1"), [404, { error: "there is no such note" }]);
});

test("what is no note is refused", async () => {
  assert.equal((await call("POST", "/notes", { title: "no text" }))[0], 400);
  assert.equal((await call("GET", "/elsewhere"))[0], 404);
  assert.deepEqual(await call("PUT", "/notes/1"), [405, { error: "only GET, HEAD, DELETE can be asked here" }]);
});

test("HEAD is answered as GET is, without the body", async () => {
  const response = await fetch(`http://127.0.0.1:${app.app.port}/notes`, { method: "HEAD" });
  assert.deepEqual([response.status, await response.text()], [200, ""]);
});

test("it says that it is well", async () => {
  const [status, report] = await call("GET", "/healthz");
  assert.deepEqual([status, (report as { status: string }).status], [200, "healthy"]);
});

test("it ends well, also while connections are kept open", async () => {
  await call("GET", "/notes");
  assert.equal(await app.stop(), 0);
});
