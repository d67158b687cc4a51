import { join } from "node:path";
import * as assert from "uvu/assert";
import { run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { connectHub, hubSocket } from "./asking.ts";

test.unless(
  needs("sqlite3"),
  "backup --keys while somebody writes is whole, has all that was acknowledged before it, and can be served",
  async () => {
    await using home = makeHome();
    await home.ok(["hub", "start"]);
    using writer = await connectHub(hubSocket(home));
    let acknowledged = 0;
    let isOver = false;
    const writing = (async () => {
      for (let n = 1; !isOver; n++) {
        // One transaction: the backup has both or none.
        for (const words of [["MULTI"], ["SET", `key:${n}`, "v".repeat(200)], ["XADD", "stream", `${n}-1`, "n", String(n)]])
          await writer.ask(...words);
        await writer.ask("EXEC");
        acknowledged = n;
      }
    })();
    await waitFor(() => acknowledged > 100, { what: "writes" });
    const before = acknowledged;
    await home.ok(["data", "backup", "keys.db", "--keys"]);
    await waitFor(() => acknowledged > before + 10, { what: "the writer to go on" });
    isOver = true;
    await writing;
    const file = join(home.work, "keys.db");
    assert.is((await run(["sqlite3", file, "PRAGMA integrity_check"])).stdout, "ok\n");
    await using second = makeHome();
    await second.ok(["daemon"]);
    await run(["cp", file, join(second.dir, "data/hub.db")]);
    await second.ok(["hub", "start"]);
    using reader = await connectHub(hubSocket(second));
    const length = Number(await reader.ask("XLEN", "stream"));
    assert.ok(length >= before && length <= acknowledged, `${length} of ${before} to ${acknowledged}`);
    assert.equal([await reader.ask("EXISTS", `key:${length}`), await reader.ask("EXISTS", `key:${length + 1}`)], [1, 0]);
  },
);

test.run();
