import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessDetail } from "../../core/api/wire.ts";
import { killDaemon, untilBack } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { declare, history, launch, untilLines, untilStatus } from "../supervise/processes.ts";
import { hold } from "./holders.ts";

/** The pool of numbers; see runtime/net/free-port.ts. */
const [FIRST, LAST] = [20_000, 29_999];
const api = { name: "api", command: ["sh", "-c", 'echo "$1 $PORT" >> seen; exec sleep 1000', "sh", "${ports.web}"], restart: true };
const WITH_PORT = { ...api, ports: { web: "auto" }, environment: { PORT: "${ports.web}" } };

async function portsOf(home: Home, name: string): Promise<Record<string, number>> {
  return { ...(await home.ok(["status", name, "--json"])).json<ProcessDetail>().ports };
}

test("a port of its own choice is in arguments, environment and status, and stays over restarts, registrations and daemons", async () => {
  await using home = makeHome();
  await launch(home, WITH_PORT);
  const { web = 0 } = await portsOf(home, "api");
  assert.ok(web >= FIRST && web <= LAST, String(web));
  await home.ok(["restart", "api"]);
  declare(home, { ...WITH_PORT, args: [], environment: { PORT: "${ports.api.web}", MORE: "1" } });
  await home.ok(["register"]);
  await untilBack(home, await killDaemon(home));
  await home.ok(["restart", "api"]);
  const lines = await untilLines(join(home.work, "seen"), 4);
  assert.equal([...new Set(lines)], [`${web} ${web}`]);
  assert.match((await home.ok(["status", "api"])).stdout, new RegExp(`ports +web ${web}\\n`));
  assert.match((await home.ok(["env", "api"])).stdout, new RegExp(`PORT +${web} `));
});

test("each instance has its own, and another process sees the first one's", async () => {
  await using home = makeHome();
  const worker = {
    name: "worker",
    command: ["sh", "-c", 'echo "$1" >> worker.seen; exec sleep 1000', "sh", "${ports.web}"],
    restart: true,
  };
  await launch(home, { ...WITH_PORT, instances: 3 }, worker);
  const own = await Promise.all(["api:0", "api:1", "api:2"].map((name) => portsOf(home, name)));
  assert.is(new Set(own.map(({ web }) => web)).size, 3);
  assert.equal(await untilLines(join(home.work, "worker.seen")), [String(own[0]?.web)]);
  const seen = await untilLines(join(home.work, "seen"), 3);
  assert.equal(seen.sort(), own.map(({ web }) => `${web} ${web}`).sort());
});

test("a number that a stranger took is exchanged for another, and that is told", async () => {
  await using home = makeHome();
  await launch(home, WITH_PORT);
  const { web = 0 } = await portsOf(home, "api");
  await home.ok(["stop", "api"]);
  await using holder = await hold(web);
  await home.ok(["start", "api"]);
  const { web: next = 0 } = await portsOf(home, "api");
  assert.is.not(next, web);
  const told = (await history(home, "api")).find(({ cause }) => cause.kind === "port-changed");
  assert.match(told?.cause.text ?? "", new RegExp(`${next} from now on, because python3? \\(pid ${holder.pid}\\) holds ${web}`));
});

test("what is deleted gives its number back, what is no longer declared, too", async () => {
  await using home = makeHome();
  await launch(home, WITH_PORT);
  const before = await portsOf(home, "api");
  await home.ok(["delete", "api"]);
  await launch(home, WITH_PORT);
  assert.equal(await portsOf(home, "api"), before, "nobody else had it meanwhile");
  declare(home, { ...api, command: "sleep 1000" });
  await home.ok(["register"]);
  assert.equal(await portsOf(home, "api"), {});
});

test("daemons of two homes that choose at the same time never choose the same", async () => {
  await using one = makeHome();
  await using two = makeHome();
  const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
  const jobs = names.map((name) => ({
    name,
    command: `sh -c 'echo \${ports.${name}.a} \${ports.${name}.b} >> seen'`,
    type: "oneshot",
    ports: { a: "auto", b: "auto" },
  }));
  await Promise.all([one, two].map((home) => launch(home, ...jobs)));
  const numbers = await Promise.all(
    [one, two].map(async (home) =>
      (await untilLines(join(home.work, "seen"), names.length)).flatMap((line) => line.split(" ").map(Number)),
    ),
  );
  assert.is(new Set(numbers.flat()).size, 160);
  assert.ok(numbers.flat().every((port) => port >= FIRST && port <= LAST));
});

test("what the daemon chose rests in its state, not in the file", async () => {
  await using home = makeHome();
  const file = declare(home, WITH_PORT);
  const before = readFileSync(file, "utf8");
  await home.ok(["register", "--start"]);
  await untilStatus(home, "api", "running");
  assert.is(readFileSync(file, "utf8"), before);
});

test.run();
