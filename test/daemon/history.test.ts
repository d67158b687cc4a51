import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { HISTORY_ROWS_MAX, HISTORY_ROWS_PER_PROCESS } from "../../runtime/supervisor/history-table.ts";
import { openStore } from "../../runtime/supervisor/open-store.ts";
import type { NewHistory } from "../../runtime/supervisor/store.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { killDaemon } from "./daemons.ts";

interface OpenPlace extends Disposable {
  readonly open: () => ReturnType<typeof openStore>;
}

function makePlace(): OpenPlace {
  const dir = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gs-"));
  const places = {
    root: dir,
    stateFile: join(dir, "state.db"),
    definitionsFile: join(dir, "definitions.json"),
    secretsFile: join(dir, "secrets"),
    reserveFile: join(dir, "reserve"),
  };
  return { open: () => openStore(places), [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

function entry(name: string | null, text: string): NewHistory {
  return {
    timeMs: Date.now(),
    project: name === null ? null : "shop",
    name,
    instance: 0,
    from: null,
    to: null,
    cause: { kind: "test", text },
  };
}

test("why tells what happened after the daemon was stopped, too, and starts nothing", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n  - { name: web, command: sleep 1000 }\n",
  );
  await home.ok(["register", "--start"]);
  await home.ok(["daemon", "stop"]);
  assert.match((await home.ok(["why"])).stdout, /shop\/web .*stopped/);
  const told = (await home.ok(["why", "api"])).stdout;
  assert.match(told, /started by ghost register/);
  assert.not.match(told, /shop\/web/);
  assert.is((await home.ghost(["why", "nobody"])).code, 3);
  assert.is((await home.ghost(["daemon", "status"])).code, 4);
});

test("each process keeps its newest 200 entries, however noisy another one is; numbers go on after a restart", async () => {
  using place = makePlace();
  const { store } = await place.open();
  store.addHistory(entry("quiet", "the only one"));
  for (let index = 0; index < 3_000; index += 1) store.addHistory(entry("noisy", String(index)));
  store.close();
  const { store: again } = await place.open();
  const noisy = again.history({ project: "shop", name: "noisy", instance: 0 }, HISTORY_ROWS_MAX);
  assert.ok(noisy.length >= HISTORY_ROWS_PER_PROCESS && noisy.length < HISTORY_ROWS_PER_PROCESS + 600, `${noisy.length} entries`);
  assert.is(noisy.at(-1)?.cause.text, "2999");
  assert.equal(
    again.history({ project: "shop", name: "quiet", instance: 0 }, 10).map(({ cause }) => cause.text),
    ["the only one"],
  );
  assert.is(again.addHistory(entry(null, "daemon")).seq, 3_002);
  again.close();
});

test("the daemon's own log can be read, and its story told, whether it runs or not", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  assert.match((await home.ok(["daemon", "logs"])).stdout, /version .*, pid \d+, home /);
  await killDaemon(home);
  assert.match((await home.ok(["daemon", "logs", "-n", "1"])).stdout, /\n$/);
  await home.ok(["daemon", "start"]);
  assert.match((await home.ok(["why", "--all"])).stdout, /the daemon \(.*\) started/);
  await home.ok(["daemon", "stop"]);
  assert.match((await home.ok(["daemon", "logs"])).stdout, /the daemon was stopped/);
});

test.run();
