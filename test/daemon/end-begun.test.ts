/** What happens to processes while the daemon is already on its way out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ask, send } from "../http/requests.ts";
import { makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { addressOf, pidsOf, processes, systemOf } from "./daemons.ts";

function startsIn(path: string): number {
  return readFileSync(path, "utf8").trim().split("\n").length;
}

test("a process that ends while the daemon leaves is started by the next one, once, and counted once", async () => {
  await using home = makeHome();
  const entry = `{ name: api, executable: ${program("count-starts.sh")}, args: [api.starts], restart: true }`;
  home.write("processes.yaml", `project: shop\nprocesses:\n  - ${entry}\n`);
  await home.ok(["register", "--start"]);
  const starts = join(home.work, "api.starts");
  const { pid } = await systemOf(home);
  const { api } = await pidsOf(home);
  await waitFor(() => startsIn(starts) === 1, { what: "the first start" });
  // Whoever listens keeps the daemon half a second longer.
  const events = await send(home, "GET", "/v1/events");
  events.on("error", () => {});
  await ask(home, "POST", "/v1/daemon/stop", { body: { leave: true } });
  await waitFor(() => addressOf(home) === null, { what: "the end to begin", pauseMs: 1 });
  process.kill(api as number, "SIGKILL");
  await waitFor(() => !isAlive(pid), { what: "the daemon to be gone" });
  assert.is(startsIn(starts), 1);
  const after = await waitFor(
    async () => {
      const { api } = await processes(home);
      return api?.status === "running" && api;
    },
    { what: "the next start" },
  );
  await waitFor(() => startsIn(starts) === 2, { what: "the second start" });
  assert.is(after.restarts, 1);
});

test("nothing is restarted any more once the daemon stops, though it waits for others", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `project: shop
processes:
  - { name: api, executable: ${program("ignore-term.sh")}, restart: true, depends_on: [db], stop: { timeout: 2s } }
  - { name: db, executable: ${program("count-starts.sh")}, args: [db.starts], restart: true }
`,
  );
  await home.ok(["register", "--start"]);
  const { db } = await pidsOf(home);
  const stopping = home.ghost(["daemon", "stop"]);
  await waitFor(async () => (await processes(home)).api?.status === "stopping", { what: "api to be asked" });
  process.kill(db as number, "SIGKILL");
  const { code } = await stopping;
  assert.is(code, 0);
  assert.is(startsIn(join(home.work, "db.starts")), 1);
  await home.ok(["daemon", "start"]);
  await waitFor(async () => (await processes(home)).db?.status === "running", { what: "db to run again" });
});

test.run();
