/** A supervisor in this very process, with somebody who looks on and throws. */
import * as assert from "uvu/assert";
import { readManifest } from "../../runtime/config/read-files.ts";
import { findHome, prepareHome } from "../../runtime/daemon/home.ts";
import { startLogPump } from "../../runtime/logs/pump.ts";
import { openLimits } from "../../runtime/supervisor/limits.ts";
import { openStore } from "../../runtime/supervisor/open-store.ts";
import { register } from "../../runtime/supervisor/register.ts";
import { stopAll } from "../../runtime/supervisor/stop-all.ts";
import { Supervisor } from "../../runtime/supervisor/supervisor.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";

test("what an observer of changes throws is logged once, and the process runs all the same", async () => {
  await using rig = makeHome();
  const home = findHome(rig.dir);
  prepareHome(home);
  const file = rig.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  const { manifest } = await readManifest([file], { directory: rig.work, environment: rig.env });
  const { store, secrets } = await openStore(home);
  const pump = await startLogPump();
  const logged: string[] = [];
  const fail = (): never => {
    throw new Error("no such thing");
  };
  const supervisor = new Supervisor({
    store,
    secrets,
    pump,
    home,
    own: [],
    limits: openLimits(home.root, [process.pid], false),
    subreaper: false,
    makeHubToken: () => "",
    appDoors: { pathOf: () => "", open: () => Promise.resolve() },
    sockets: { inheritedSockets: () => [], holdSockets: () => {} },
    announce: fail,
    log: (text) => logged.push(text),
  });
  supervisor.runChanges.add(fail);
  const noReport = (): void => {};
  await register(supervisor, { manifest, start: true }, noReport, noReport);
  const [api] = [...supervisor.processes.values()];
  assert.is(api?.machine.state.at, "running");
  assert.ok(logged.length > 0);
  assert.is(new Set(logged).size, logged.length);
  await stopAll(supervisor, [...supervisor.processes.values()], {}, noReport);
  assert.is(api?.machine.state.at, "stopped");
  await pump.stop();
  store.close();
});

test.run();
