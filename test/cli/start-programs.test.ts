import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

const list = async (home: Home, ...names: string[]): Promise<ProcessView[]> => (await home.ok(["list", ...names, "--json"])).json();
/** A PATH of the system's own tools and a folder of the test's, in which the runtimes are scripts. */
const withRuntimes = (home: Home, runtimes: Readonly<Record<string, string>>): Record<string, string> => {
  const folder = join(home.work, "bin");
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(runtimes)) home.write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  // Of the system's folders only what a shell script needs: node may lie beside it.
  for (const tool of ["sleep", "sh"]) home.write(`bin/${tool}`, `#!/bin/sh\nexec /bin/${tool} "$@"\n`, 0o755);
  return { ...home.env, PATH: folder };
};

test("TypeScript is run by whom can run it, and refused before it is registered where nobody can", async () => {
  await using home = makeHome();
  home.write("app.ts", "const port: number = 1;\n");
  const old = withRuntimes(home, { node: 'echo v20.20.2; [ "$1" = --version ] || exit 1' });
  const refused = await home.ghost(["start", "app.ts"], { env: old });
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot start app\.ts: neither bun, deno nor tsx is in PATH, and node v20\.20\.2 does not run it/);
  assert.match(refused.stderr, /hint: install one of them, or Node\.js 22\.18/);
  assert.equal(await list(home), []);

  const able = withRuntimes(home, { node: 'if [ "$1" = --version ]; then echo v22.18.0; else exec sleep 1000; fi' });
  assert.match((await home.ok(["start", "app.ts"], { env: able })).stderr, /app\.ts is run by node/);

  const deno = withRuntimes(home, { deno: 'echo "deno $*"\nexec sleep 1000' });
  assert.match((await home.ok(["start", "app.ts", "--name", "other", "--", "-x"], { env: deno })).stderr, /app\.ts is run by deno/);
  await waitFor(async () => (await home.ok(["logs", "other"])).stdout === `deno run -A ${home.work}/app.ts -x\n`, {
    what: "the words that deno was given",
  });
});

test.run();
