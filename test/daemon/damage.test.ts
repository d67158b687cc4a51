import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { GroupView, HistoryEntry } from "../../core/api/wire.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { killWithKeeper, pidsOf, processes, systemOf } from "./daemons.ts";

const FILE = `project: shop
processes:
  - { name: api, executable: ${program("count-starts.sh")}, args: [api.starts], restart: true, environment: { DB_PASSWORD: hunter2hunter2 } }
  - { name: plain, executable: ${program("graceful.sh")}, restart: true }
  - { name: unwanted, command: sleep 1000, restart: true }
`;

/** Runs two of three processes, and ends daemon and keeper without a word. */
async function runAndKill(home: Home): Promise<Record<string, number | null>> {
  home.write("processes.yaml", FILE);
  await home.ok(["register"]);
  await home.ok(["start", "api", "plain"]);
  await home.ok(["group", "create", "night", "api", "plain"]);
  const pids = await pidsOf(home);
  // The copy of the desired states is written a moment after them.
  await waitFor(() => readFileSync(join(home.dir, "data/definitions.json"), "utf8").match(/"desired":"up"/g)?.length === 2, {
    what: "the copy",
  });
  await killWithKeeper((await systemOf(home)).pid);
  return pids;
}

const state = (home: Home): string => join(home.dir, "data/state.db");
const removeLog = (home: Home): void => rmSync(`${state(home)}-wal`, { force: true });

/** Where only the file is damaged, its log may still hold all of it, and nothing is lost. */
function writeGarbage(home: Home): void {
  removeLog(home);
  writeFileSync(state(home), "garbage".repeat(10_000));
}

const DAMAGES: readonly { readonly name: string; readonly setAside: boolean; readonly damage: (home: Home) => void | Promise<void> }[] = [
  { name: "garbage", setAside: true, damage: (home) => writeGarbage(home) },
  {
    name: "cut in the middle",
    setAside: true,
    damage: async (home) => {
      // Opening and closing moves all from the log into the file.
      (await openSqlite(state(home))).close();
      truncateSync(state(home), Math.floor(statSync(state(home)).size / 2));
    },
  },
  {
    name: "empty",
    setAside: false,
    damage: (home) => {
      removeLog(home);
      truncateSync(state(home), 0);
    },
  },
  {
    name: "nothing but zeros",
    setAside: true,
    damage: (home) => {
      removeLog(home);
      writeFileSync(state(home), Buffer.alloc(1000));
    },
  },
  {
    name: "deleted",
    setAside: false,
    damage: (home) => {
      removeLog(home);
      rmSync(state(home));
    },
  },
];

for (const { name, setAside, damage } of DAMAGES) {
  test(`state.db is ${name}: definitions come from their copy, what runs is found again, and the user is told`, async () => {
    await using home = makeHome();
    const before = await runAndKill(home);
    await damage(home);
    await home.ok(["daemon", "start"]);
    assert.equal(await pidsOf(home), before);
    const after = Object.values(await processes(home)).map((view) => [view.name, view.status, view.desired]);
    assert.equal(after, [
      ["api", "running", "up"],
      ["plain", "running", "up"],
      ["unwanted", "stopped", "down"],
    ]);
    assert.equal(
      (await home.ok(["group", "list", "--json"])).json<GroupView[]>().map(({ name, processes: members }) => [name, members]),
      [["night", ["api", "plain"]]],
    );
    assert.is(readFileSync(join(home.work, "api.starts"), "utf8").trim().split("\n").length, 1);
    assert.is(
      readdirSync(join(home.dir, "data")).some((file) => file.startsWith("state.db.damaged-")),
      setAside,
    );
    assert.match((await systemOf(home)).warnings.join(), /state\.db was damaged.*3 definitions were recovered/);
    assert.match((await home.ok(["status"])).stderr, /state\.db was damaged/);
    assert.ok((await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>().some(({ cause }) => cause.kind === "state-damaged"));
    await home.ok(["restart", "api"]);
    assert.not((await home.ok(["env", "api"])).stdout.includes("hunter2"));
    assert.ok(readFileSync(`/proc/${(await pidsOf(home)).api}/environ`, "utf8").includes("DB_PASSWORD=hunter2hunter2"));
    assert.match((await home.ok(["register"])).stderr + (await home.ok(["plan"])).stdout, /unchanged|nothing|keep/i);
  });
}

test("damage without a copy: an empty home that says what happened; the file is still there", async () => {
  await using home = makeHome({ expectLeftovers: true });
  await runAndKill(home);
  writeGarbage(home);
  rmSync(join(home.dir, "data/definitions.json"));
  await home.ok(["daemon", "start"]);
  assert.equal(await processes(home), {});
  assert.match((await systemOf(home)).warnings.join(), /0 definitions were recovered/);
  const [aside = ""] = readdirSync(join(home.dir, "data")).filter((file) => file.startsWith("state.db.damaged-"));
  assert.ok(existsSync(join(home.dir, "data", aside)));
});

test.run();
