import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HubView } from "../../core/api/wire.ts";
import { checkHub } from "./hub-checks.ts";

const rest: HubView = {
  running: false,
  status: "stopped",
  pid: null,
  socket: "/h/run/hub.sock",
  starts: "connection",
  startedAt: null,
  restarts: 0,
  why: "registered",
  version: null,
  latencyMs: null,
  health: null,
  events: { published: 0, dropped: 0 },
  warnings: [],
};
const running: HubView = {
  ...rest,
  running: true,
  status: "running",
  pid: 812,
  latencyMs: 0.3,
  health: { time: "2026-11-27T00:00:00Z", status: "healthy", checks: { sqlite: { latencyMs: 0.1 } }, clients: 2 },
};
const found = async (hub: HubView) => checkHub(rest, { hub: async () => hub });

test("a hub that runs or rests as it should needs nobody", async () => {
  assert.equal(await found(running), [{ grade: "good", subject: "hub", message: "runs (pid 812), answers in 0.3 ms, sqlite 0.1 ms" }]);
  assert.equal(
    (await found(rest)).map(({ message }) => message),
    ["rests until something needs it"],
  );
  assert.equal(
    (await found({ ...rest, starts: "stopped" })).map(({ message }) => message),
    ["was stopped, and rests until `ghost hub start`"],
  );
});

test("what is wrong is told with its remedy: a warning while it runs, else a problem", async () => {
  const text = "the hub says that it is unhealthy: sqlite: disk full (see below) (ghost hub status, ghost logs ghost/hub)";
  assert.equal(await found({ ...running, warnings: [text] }), [
    {
      grade: "warning",
      subject: "hub",
      message: "the hub says that it is unhealthy: sqlite: disk full (see below)",
      hint: "ghost hub status, ghost logs ghost/hub",
    },
  ]);
  const [ending] = await found({
    ...rest,
    status: "backoff",
    warnings: ["the hub keeps ending: exited with code 1 (ghost logs ghost/hub)"],
  });
  assert.equal([ending?.grade, ending?.hint], ["problem", "ghost logs ghost/hub"]);
});

test("a daemon that does not tell more is taken at its last word", async () => {
  const silent = { hub: () => Promise.reject(new Error("no answer")) };
  assert.equal(
    (await checkHub(running, silent)).map(({ grade }) => grade),
    ["good"],
  );
});

test.run();
