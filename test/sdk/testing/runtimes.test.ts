import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import * as assert from "uvu/assert";
import { ROOT, run } from "../../rig/ghost.ts";
import { test } from "../../rig/test.ts";
import { makeApp, RUNTIMES } from "../app-rig.ts";

test.limit(60_000);

/** Node 20 does not know `using` yet. */
const program = async (): Promise<string> =>
  (await transform(readFileSync(join(ROOT, "test/sdk/testing/smoke.mjs"), "utf8"), { target: "node20", format: "esm" })).code;

/** Whether the runtime can be run, and whether it has SQLite. */
async function look([executable]: readonly string[]): Promise<{ missing: string | null; hasSql: boolean }> {
  const outcome = await run([executable as string, "--version"]).catch(() => null);
  const node = /^v(\d+)\./.exec(outcome?.stdout ?? "")?.[1];
  return { missing: outcome?.code === 0 ? null : `needs ${executable}`, hasSql: node === undefined || Number(node) >= 24 };
}

for (const [name, runtime] of Object.entries(RUNTIMES)) {
  const { missing, hasSql } = await look(runtime);
  test.unless(missing, `under ${name} apps are tested without a daemon: their clock, data, bus, logs, metrics and faults`, async () => {
    using app = makeApp();
    const { code, stdout, stderr } = await app.run(await program(), { runtime, args: hasSql ? ["sql"] : [] });
    assert.is(code, 0, stderr);
    assert.match(stdout, /^passed in \d+ ms$/m);
  });
}

test.run();
