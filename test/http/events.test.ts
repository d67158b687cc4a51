import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { EventStream } from "../../runtime/daemon/call.ts";
import { createHttpServer } from "../../runtime/daemon/http.ts";
import { makePlace } from "../logs/place.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { ask, listen } from "./requests.ts";

async function makeServing(): Promise<Home> {
  const home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: { policy: always, delay: 10ms } }\n",
  );
  await home.ok(["register", "--start"]);
  return home;
}

test("events tell each change as it happens, in the shape of the contract", async () => {
  await using home = await makeServing();
  using events = await listen<HistoryEntry>(home, "/v1/events");
  await home.ok(["restart", "api"]);
  const { id, data } = await events.until(({ from, to }) => from === "running" && to === "stopping", "the stop");
  assert.is(id, data.seq);
  assert.equal([data.project, data.name, data.instance, data.cause.kind], ["shop", "api", 0, "restart"]);
  await events.until(({ from, to }) => from === "starting" && to === "running", "the start");
  assert.equal(events.response.headers["content-type"], "text/event-stream");
});

test("a client that comes back with the last event's id gets each event it missed, once, also from another daemon", async () => {
  await using home = await makeServing();
  let last: number;
  {
    using events = await listen<HistoryEntry>(home, "/v1/events");
    await home.ok(["restart", "api"]);
    last = (await events.until(({ to }) => to === "running", "the start")).id as number;
  }
  await home.ok(["restart", "api"]);
  await home.ok(["daemon", "restart"]);
  using events = await listen<HistoryEntry>(home, "/v1/events", { "Last-Event-ID": String(last) });
  await home.ok(["stop", "api"]);
  await events.until(({ to }) => to === "stopped", "the stop");
  const ids = events.told.map(({ id }) => id as number);
  assert.equal(
    ids,
    ids.map((_, index) => last + 1 + index),
  );
  assert.ok(events.told.some(({ data }) => data.cause.kind === "daemon-started"));
  using all = await listen<HistoryEntry>(home, "/v1/events?after=0");
  await all.until(({ to }) => to === "stopped", "all of the past");
  assert.equal(
    all.told.map(({ id }) => id),
    (await ask(home, "GET", "/v1/history?limit=20000")).json<HistoryEntry[]>().map(({ seq }) => seq),
  );
});

test("a reader that does not read is cut off; others go on", async () => {
  using place = makePlace();
  const socket = join(place.dir, "sock");
  let stream: EventStream | undefined;
  const server = createHttpServer(
    [{ method: "GET", pattern: "/events", handle: (call) => void (stream = call.events()) }],
    () => undefined,
  );
  server.listen(socket);
  await once(server, "listening");
  const [response] = (await once(request({ socketPath: socket, path: "/events" }).end(), "response")) as [IncomingMessage];
  response.pause();
  response.on("error", () => undefined);
  let isGone = false;
  stream?.onClose(() => {
    isGone = true;
  });
  const kilobyte = JSON.stringify("x".repeat(1022));
  let sent = 0;
  while (!isGone && sent < 16 * 1024) {
    stream?.send(kilobyte, ++sent);
    if (sent % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  // 4 MiB, and what the socket itself holds.
  assert.ok(sent > 4 * 1024 && sent < 8 * 1024, `cut off after ${sent} KiB`);
  assert.is(await stream?.taken(), false);
  response.destroy();
  server.close();
});

test("the end of the daemon ends its streams", async () => {
  await using home = await makeServing();
  using events = await listen<HistoryEntry>(home, "/v1/events");
  await home.ok(["daemon", "stop"]);
  await waitFor(events.ended, { what: "the stream's end" });
  assert.ok(events.told.some(({ data }) => data.to === "stopped"));
});

test.run();
