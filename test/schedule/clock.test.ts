import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Cause } from "../../core/api/wire.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import { Schedules } from "../../runtime/supervisor/schedule.ts";
import { type Supervised, supervise } from "../../runtime/supervisor/supervised.ts";
import type { Supervisor } from "../../runtime/supervisor/supervisor.ts";
import { waitFor } from "../rig/wait.ts";

const HOUR_MS = 3_600_000;

/** A supervisor that only notes what it is told, with one armed job and a clock that the test can set. */
function scene(cron: string) {
  const events: Event[] = [];
  const causes: Cause[] = [];
  const meta = new Map<string, string>();
  const process = armed(cron);
  let aheadMs = 0;
  const supervisor = {
    processes: new Map([[process.key, process]]),
    parts: { store: { getMeta: (key: string) => meta.get(key), setMeta: (key: string, value: string) => meta.set(key, value) } },
    dispatch: (_: Supervised, event: Event) => events.push(event),
    record: (_: Supervised, __: null, ___: null, cause: Cause) => causes.push(cause),
  } as unknown as Supervisor;
  const schedules = new Schedules(supervisor, () => Date.now() + aheadMs);
  schedules.update(process);
  schedules.start();
  const setClock = (ms: number): void => {
    aheadMs = ms;
  };
  return { events, causes, process, setClock, meta, [Symbol.dispose]: () => schedules.stop() };
}

function armed(cron: string): Supervised {
  const schedule = { cron, timezone: "UTC", overlap: false };
  const definition = { project: "shop", name: "job", schedule, dependsOn: [] } as unknown as Supervised["definition"];
  const process = supervise({ key: "shop/job", id: "01", manifestId: "m", definition });
  process.machine = { ...process.machine, desired: "up" };
  return process;
}

test("a machine that slept over runs tells of them and goes on with the next", async () => {
  using it = scene("* * * * * *");
  it.setClock(2 * HOUR_MS);
  await waitFor(() => it.causes.length > 0, { what: "the missed runs to be told" });
  assert.match(it.causes[0]?.text ?? "", /^at least 1000 scheduled runs were missed, .*; the machine slept, or its clock was set$/);
  await waitFor(() => it.events.length > 0, { what: "a run" });
  assert.is(it.causes.length, 1);
  assert.ok((it.process.nextRunMs ?? 0) > Date.now() + 2 * HOUR_MS - 60_000);
});

test("a clock that is set back does not keep jobs from running until it has caught up", async () => {
  using it = scene("* * * * * *");
  it.setClock(-2 * HOUR_MS);
  await waitFor(() => it.events.length > 0, { what: "a run" });
  assert.equal(it.causes, []);
  assert.is(it.events[0]?.type, "start");
  assert.ok((it.process.nextRunMs ?? 0) < Date.now() - HOUR_MS);
});

test("what is due is noted for the next daemon, once a turn", async () => {
  using it = scene("0 0 29 2 *");
  await waitFor(() => it.meta.has("schedules"), { what: "the note" });
  const { "01": note } = JSON.parse(it.meta.get("schedules") ?? "{}");
  assert.equal(note.slice(0, 2), ["0 0 29 2 *", "UTC"]);
  assert.is(note[2], it.process.nextRunMs);
});

test.run();
