// timeout: 120s
import * as assert from "uvu/assert";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { dataContract } from "./data-contract.ts";
import { emptyHub, openDecoratedInHub } from "./hub-rig.ts";
import { WHOLE_STACK } from "./stacks.ts";

let hub: Server;
test.before(async () => {
  hub = await startHub();
});
test.after(async () => {
  await hub[Symbol.asyncDispose]();
});

test.before.each(() => emptyHub(hub.path));

dataContract({ name: `${WHOLE_STACK}the hub`, open: () => openDecoratedInHub(hub.path) });

test("what one process changes, another forgets", async () => {
  await using mine = await openDecoratedInHub(hub.path);
  await using theirs = await openDecoratedInHub(hub.path);
  await mine.data.set("key", 1);
  await waitFor(async () => (await theirs.data.get("key")) === 1 && (theirs.cached?.statistics.hits ?? 0) > 0, { what: "a kept value" });
  await mine.data.set("key", 2);
  await waitFor(async () => (await theirs.data.get("key")) === 2, { what: "the change", limitMs: 2_000 });
});

test("while the hub is away the last known value is given; what was changed meanwhile is seen afterwards", async () => {
  await using server = await startHub();
  await using mine = await openDecoratedInHub(server.path);
  await mine.data.set("key", 1);
  await waitFor(async () => (await mine.data.get("key")) === 1 && (mine.cached?.statistics.hits ?? 0) > 0, { what: "a kept value" });
  await server.kill();
  assert.is(await mine.data.get("key"), 1);
  assert.ok((mine.cached?.statistics.stale ?? 0) > 0);
  await server.restart();
  await using theirs = await openDecoratedInHub(server.path);
  await theirs.data.set("key", 2);
  await waitFor(async () => (await mine.data.get("key")) === 2, { what: "the change" });
});

test.run();
