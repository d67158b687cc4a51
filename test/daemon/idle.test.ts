import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { listen } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { addressOf, pidsOf } from "./daemons.ts";

/** Far more than the time after which these daemons leave. */
const LONG_MS = 1_500;
const IDLE = "300ms";

function pidOf(home: Home): number {
  return addressOf(home)?.pid as number;
}

test("a daemon that a command started leaves when there is nothing to do, in order, and comes back when it is needed", async () => {
  await using home = makeHome();
  const env = { ...home.env, GHOST_IDLE_EXIT: IDLE };
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register"], { env });
  const pid = pidOf(home);
  await waitFor(() => !isAlive(pid), { what: "the daemon to leave" });
  await waitFor(() => addressOf(home) === null, { what: "its address to go" });
  assert.is((await home.ghost(["daemon", "status"], { env })).code, 4);
  await home.ok(["start", "api"], { env });
  assert.is.not(pidOf(home), pid);
});

test("one that has something running stays, and leaves when that was stopped", async () => {
  await using home = makeHome();
  const env = { ...home.env, GHOST_IDLE_EXIT: IDLE };
  await home.ok(["start", "/bin/sleep", "--name", "s", "--", "1000"], { env });
  const pid = pidOf(home);
  await pause(LONG_MS);
  assert.ok(isAlive(pid));
  assert.ok(isAlive((await pidsOf(home)).s as number));
  await home.ok(["stop", "s"], { env });
  await waitFor(() => !isAlive(pid), { what: "the daemon to leave" });
});

test("one that was asked for stays", async () => {
  await using home = makeHome();
  await home.ok(["daemon"], { env: { ...home.env, GHOST_IDLE_EXIT: IDLE } });
  const pid = pidOf(home);
  await pause(LONG_MS);
  assert.ok(isAlive(pid));
});

test("one that a client listens to stays until the client has gone", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register"], { env: { ...home.env, GHOST_IDLE_EXIT: IDLE } });
  const pid = pidOf(home);
  {
    using _events = await listen<HistoryEntry>(home, "/v1/events");
    await pause(LONG_MS);
    assert.ok(isAlive(pid));
  }
  await waitFor(() => !isAlive(pid), { what: "the daemon to leave" });
});

test.run();
