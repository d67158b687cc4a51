// timeout: 120s
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { killDaemon, killWithKeeper, pidsOf, processes, systemOf, untilBack } from "./daemons.ts";

const FILE = `project: shop
processes:
  - { name: api, executable: ${program("count-starts.sh")}, args: [api.starts], restart: true, environment: { DB_PASSWORD: hunter2hunter2 } }
  - { name: plain, command: sleep 1000, restart: true }
`;
const MORE = "project: more\nprocesses: [{ name: later, command: sleep 1000, restart: true }]\n";

async function run(home: Home): Promise<void> {
  home.write("processes.yaml", FILE);
  home.write("more.yaml", MORE);
  await home.ok(["register", "--start"]);
}

const data = (home: Home, name = ""): string => join(home.dir, "data", name);

async function killAndCheck(home: Home, names: readonly string[]): Promise<void> {
  const before = await processes(home);
  await untilBack(home, await killDaemon(home));
  const after = await processes(home);
  assert.equal(Object.keys(after).sort(), [...names].sort());
  for (const name of names) assert.equal([after[name]?.pid, after[name]?.desired], [before[name]?.pid, before[name]?.desired], name);
  assert.equal((await systemOf(home)).warnings, []);
}

const REMOVALS: readonly { readonly name: string; readonly remove: (home: Home) => void }[] = [
  { name: "data/ is removed", remove: (home) => rmSync(data(home), { recursive: true }) },
  { name: "state.db is removed", remove: (home) => rmSync(data(home, "state.db")) },
  { name: "state.db-wal is removed", remove: (home) => rmSync(data(home, "state.db-wal")) },
  {
    name: "state.db is replaced",
    remove: (home) => {
      writeFileSync(data(home, "other"), "what somebody else put there");
      renameSync(data(home, "other"), data(home, "state.db"));
    },
  },
];

for (const { name, remove } of REMOVALS) {
  test(`${name} under a running daemon: what is acknowledged afterwards, and all before it, survives`, async () => {
    await using home = makeHome();
    await run(home);
    remove(home);
    await home.ok(["register", "more.yaml", "--start"]);
    await home.ok(["stop", "plain"]);
    await killAndCheck(home, ["api", "plain", "later"]);
    const told = (await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>();
    assert.ok(told.some(({ cause }) => cause.kind === "state-removed"));
    assert.is(
      readdirSync(data(home)).some((file) => file.startsWith("state.db.replaced-")),
      name.endsWith("replaced"),
    );
    await home.ok(["restart", "api"]);
    assert.ok(readFileSync(`/proc/${(await pidsOf(home)).api}/environ`, "utf8").includes("DB_PASSWORD=hunter2hunter2"));
    assert.is((await processes(home)).plain?.status, "stopped");
  });
}

test("data/ is removed and nobody asks for anything: it is put back all the same", async () => {
  await using home = makeHome();
  await run(home);
  rmSync(data(home), { recursive: true });
  await waitFor(() => existsSync(data(home, "state.db")) && existsSync(data(home, "definitions.json")), { what: "data/ to be back" });
  await killAndCheck(home, ["api", "plain"]);
  await home.ok(["restart", "api"]);
  assert.ok(readFileSync(`/proc/${(await pidsOf(home)).api}/environ`, "utf8").includes("DB_PASSWORD=hunter2hunter2"));
});

test("data/ cannot be put back: a registration is refused, the user is told, and nothing is lost once it can", async () => {
  await using home = makeHome();
  await run(home);
  rmSync(data(home), { recursive: true });
  writeFileSync(join(home.dir, "data"), "in the way");
  const refused = await home.ghost(["register", "more.yaml"]);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot write .*state\.db anew, which was removed while the daemon runs/);
  await home.ok(["stop", "plain"]);
  await waitFor(async () => (await systemOf(home)).warnings.some((text) => /state is not saved: .*removed/.test(text)), {
    what: "a warning",
  });
  rmSync(join(home.dir, "data"));
  await waitFor(async () => (await systemOf(home)).warnings.length === 0, { what: "all to be saved" });
  await home.ok(["register", "more.yaml"]);
  await killAndCheck(home, ["api", "plain", "later"]);
  assert.is((await processes(home)).plain?.status, "stopped");
});

const LOSSES: readonly { readonly name: string; readonly lose: (home: Home) => void; readonly told: RegExp }[] = [
  {
    name: "state.db is gone and its copy damaged",
    lose: (home) => {
      for (const file of ["state.db", "state.db-wal"]) rmSync(data(home, file), { force: true });
      writeFileSync(data(home, "definitions.json"), '{"version":1,"proc');
    },
    told: /state\.db was damaged \(it was gone or empty, and its copy cannot be read and was set aside as .*definitions\.json\.damaged-/,
  },
  {
    name: "data/ is gone",
    lose: (home) => rmSync(data(home), { recursive: true }),
    told: /state\.db was damaged \(it was gone or empty, and its copy, too; what it knew runs on and is not supervised: pid \d+, \d+/,
  },
];

for (const { name, lose, told } of LOSSES) {
  test(`${name} when a daemon starts: the empty home says so`, async () => {
    await using home = makeHome({ expectLeftovers: true });
    await run(home);
    await killWithKeeper((await systemOf(home)).pid);
    lose(home);
    await home.ok(["daemon", "start"]);
    assert.equal(await processes(home), {});
    assert.match((await systemOf(home)).warnings.join(), told);
  });
}

test.run();
