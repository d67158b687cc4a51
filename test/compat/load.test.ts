import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessDetail } from "../../core/api/wire.ts";
import { pidsOf, processes, systemOf } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";

const SAMPLES = fileURLToPath(new URL(".", import.meta.url));

/** The states that versions of Ghost left, a folder each: after an ordered stop, with one process of each kind. */
const VERSIONS = readdirSync(SAMPLES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

function copySample(home: Home, version: string): void {
  mkdirSync(join(home.dir, "data"), { recursive: true, mode: 0o700 });
  for (const file of readdirSync(join(SAMPLES, version))) {
    copyFileSync(join(SAMPLES, version, file), join(home.dir, "data", file));
    chmodSync(join(home.dir, "data", file), 0o600);
  }
}

async function checkLoaded(home: Home): Promise<void> {
  const { api, migrate, watched, broken } = await processes(home);
  assert.equal([api?.status, api?.desired], ["running", "up"]);
  assert.equal([watched?.status, watched?.desired], ["stopped", "down"]);
  assert.is(migrate?.type, "oneshot");
  assert.ok(broken);
  const environ = readFileSync(`/proc/${(await pidsOf(home)).api}/environ`, "utf8").split("\0");
  assert.ok(environ.includes("DB_PASSWORD=correct-horse") && environ.includes("GREETING=hello"));
}

for (const version of VERSIONS) {
  test(`the state of version ${version} is loaded: definitions, secrets, counters, history`, async () => {
    await using home = makeHome();
    copySample(home, version);
    await home.ok(["daemon", "start"]);
    await checkLoaded(home);
    assert.equal((await systemOf(home)).warnings, []);
    const { api, migrate } = await processes(home);
    assert.equal([api?.restarts, migrate?.status, migrate?.exitCode], [1, "exited", 0]);
    const detail = (await home.ok(["status", "api", "--json"])).json<ProcessDetail>();
    assert.equal(detail.command, ["sleep", "1000"]);
    assert.match(detail.restartPolicy, /always, back-off 10 ms/);
    const told = (await home.ok(["why", "api", "-n", "50", "--json"])).json<HistoryEntry[]>();
    assert.ok(told.some(({ cause }) => cause.text === "was killed by SIGKILL; restarts at once"));
  });

  test(`the copy of the definitions that version ${version} left is enough where its state is lost`, async () => {
    await using home = makeHome();
    copySample(home, version);
    rmSync(join(home.dir, "data/state.db"));
    await home.ok(["daemon", "start"]);
    await checkLoaded(home);
    assert.match((await systemOf(home)).warnings.join(), /4 definitions were recovered/);
  });
}

test.run();
