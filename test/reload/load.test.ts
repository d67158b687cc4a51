// timeout: 90s
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { underLoad } from "../rig/load.ts";
import { needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { test } from "../rig/test.ts";
import { launch } from "../supervise/processes.ts";

const program = (name: string): string => fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
const RUNTIMES = [
  ["node", ["node", program("drain.node.mjs")]],
  ["bun", [process.execPath, program("drain.bun.mjs")]],
] as const;
const RELOADS = 3;

test.limit(60_000);

for (const [name, command] of RUNTIMES) {
  for (const instances of [1, 2]) {
    test.unless(needs("wrk"), `${name}, instances: ${instances}: reloaded under load, and no request is lost`, async () => {
      await using home = makeHome();
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      await launch(home, {
        name: "web",
        command,
        instances,
        listen: `127.0.0.1:${port}`,
        restart: true,
        health_check: { http: url, period: "1s" },
      });
      const pids = async (): Promise<(number | null)[]> => (await home.ok(["list", "--json"])).json<ProcessView[]>().map(({ pid }) => pid);
      const before = await pids();
      const { requests, lost } = await underLoad(url, 5, async () => {
        for (let reload = 0; reload < RELOADS; reload += 1) await home.ok(["reload", "web"]);
      });
      assert.is(lost, null, `of ${requests} requests`);
      assert.ok(requests > 100, `${requests} requests`);
      assert.not((await pids()).some((pid) => before.includes(pid)));
    });
  }
}

test.run();
