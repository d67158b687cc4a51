import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { LogLine } from "../../core/logs/record.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { listen, send } from "./requests.ts";

const FILE = `project: shop
processes:
  - { name: a, executable: ${program("lines.sh")}, args: ["5"] }
  - { name: b, executable: ${program("exit.sh")}, args: ["0", "0", last words] }
  - { name: waiting, command: 'sh -c "echo first; until [ -e go ]; do sleep 0.02; done; echo second; exec sleep 1000"', restart: true }
`;

async function makeWritten(): Promise<Home> {
  const home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  return home;
}

async function linesOf(home: Home, path: string): Promise<LogLine[]> {
  using stream = await listen<LogLine>(home, path);
  await waitFor(stream.ended, { what: "the end of the past" });
  return stream.told.map(({ data }) => data);
}

test("logs come as events of lines: all, of one process, of one stream, the last ones, those that match", async () => {
  await using home = await makeWritten();
  const all = await linesOf(home, "/v1/logs");
  assert.equal(all.map(({ name, line }) => `${name}: ${line}`).sort(), [
    "a: line 1",
    "a: line 2",
    "a: line 3",
    "a: line 4",
    "a: line 5",
    "b: last words",
    "waiting: first",
  ]);
  const [{ time, ...line } = {} as LogLine] = await linesOf(home, "/v1/logs?name=a&lines=1");
  assert.equal(line, { project: "shop", name: "a", instance: 0, stream: "out", line: "line 5" } as unknown as typeof line);
  assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
  assert.equal(
    (await linesOf(home, "/v1/logs?stream=err")).map(({ line: words }) => words),
    ["last words"],
  );
  assert.equal((await linesOf(home, "/v1/logs?name=a,b&grep=[24w]")).map(({ line: words }) => words).sort(), [
    "last words",
    "line 2",
    "line 4",
  ]);
  assert.equal(await linesOf(home, `/v1/logs?since=${new Date(Date.now() + 60_000).toISOString()}`), []);
});

test("logs that are followed go on with what is written", async () => {
  await using home = await makeWritten();
  using stream = await listen<LogLine>(home, "/v1/logs?name=waiting&follow=true");
  await stream.until(({ line }) => line === "first", "the past");
  writeFileSync(join(home.work, "go"), "");
  await stream.until(({ line }) => line === "second", "what comes");
  assert.is(stream.ended(), false);
  await home.ok(["daemon", "stop"]);
  await waitFor(stream.ended, { what: "the end" });
});

test("a slow reader of a long log gets all of it, and nobody waits for it", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: long, command: seq -f '%0200.0f' 60000, logs: { max_size: 100MB } }\n",
  );
  await home.ok(["register", "--start"]);
  await waitFor(async () => (await home.ok(["list", "--json"])).json<{ status: string }[]>()[0]?.status === "exited", {
    what: "the end of seq",
  });
  const response = await send(home, "GET", "/v1/logs?name=long&lines=60000");
  // Nothing is read yet; the daemon still answers.
  await home.ok(["status"]);
  let text = "";
  for await (const chunk of response) text += chunk;
  const numbers = [...text.matchAll(/"line":"0*(\d+)"/g)].map(([, number]) => Number(number));
  assert.equal([numbers.length, numbers[0], numbers.at(-1)], [60_000, 1, 60_000]);
});

test.run();
