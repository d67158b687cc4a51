/** What a daemon does that finds a `.ghost.yaml` which it cannot use. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { SystemView } from "../../core/api/wire.ts";
import { killDaemon, pidsOf, systemOf, untilBack } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const INVALID = "monitoring: { interval: 5 }\n";

function configure(home: Home, text: string): void {
  writeFileSync(join(home.dir, ".ghost.yaml"), text);
}

async function startOne(home: Home): Promise<Record<string, number | null>> {
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register", "--start"]);
  return pidsOf(home);
}

async function untilSystem(home: Home, what: string, condition: (system: SystemView) => boolean): Promise<SystemView> {
  let last: SystemView | undefined;
  await waitFor(async () => condition((last = await systemOf(home))), { what, seen: () => last });
  return last as SystemView;
}

test("a daemon that was killed while its file is invalid is back with the last good one, warns, and takes the mended file up", async () => {
  await using home = makeHome();
  const before = await startOne(home);
  configure(home, "monitoring: { interval: 900ms }\n");
  await untilSystem(home, "the interval", ({ monitoring }) => monitoring.intervalMs === 900);
  configure(home, INVALID);
  await untilSystem(home, "the warning", ({ warnings }) => warnings.length > 0);
  await untilBack(home, await killDaemon(home));
  assert.equal(await pidsOf(home), before);
  const { monitoring, warnings } = await systemOf(home);
  assert.is(monitoring.intervalMs, 900);
  assert.match(warnings[0] ?? "", /the last good configuration is in effect, .*\.ghost\.yaml:1:\d+: .*a duration needs a unit/);
  assert.match((await home.ghost(["doctor"])).stdout, /the last good configuration is in effect/);
  assert.is((await home.ok(["why", "--all"])).stdout.match(/cannot be used, so the last good one stays/g)?.length, 2);
  configure(home, "monitoring: { interval: 800ms }\n");
  await untilSystem(home, "the mended file", (system) => system.monitoring.intervalMs === 800 && system.warnings.length === 0);
});

test("an ordered start with an invalid file takes over what is registered, with the last good one", async () => {
  await using home = makeHome();
  const before = await startOne(home);
  configure(home, "monitoring: { interval: 900ms }\n");
  await untilSystem(home, "the interval", ({ monitoring }) => monitoring.intervalMs === 900);
  await home.ok(["daemon", "stop", "--leave"]);
  configure(home, INVALID);
  await home.ok(["daemon", "start"]);
  assert.equal(await pidsOf(home), before);
  assert.is((await systemOf(home)).monitoring.intervalMs, 900);
});

test("where no file was ever good the defaults are in effect until it is mended", async () => {
  await using home = makeHome();
  const before = await startOne(home);
  configure(home, INVALID);
  await untilSystem(home, "the warning", ({ warnings }) => warnings.length > 0);
  await untilBack(home, await killDaemon(home));
  assert.equal(await pidsOf(home), before);
  const { monitoring, warnings } = await untilSystem(home, "the warning again", (system) => system.warnings.length > 0);
  assert.is(monitoring.intervalMs, 5000);
  assert.match(warnings[0] ?? "", /the defaults are in effect, because of this in \.ghost\.yaml/);
  rmSync(join(home.dir, ".ghost.yaml"));
  await untilSystem(home, "no warning", (system) => system.warnings.length === 0);
});

test.run();
