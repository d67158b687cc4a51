import { join } from "node:path";
import { build } from "esbuild";
import * as assert from "uvu/assert";
import { ROOT, run } from "../rig/ghost.ts";
import { findProgram } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { makeFolder } from "../storage/folder.ts";
import { type Server, startHub } from "./servers.ts";

test.limit(60_000);
const deno = join(ROOT, "node_modules/.bin/deno");
const runtimes = [
  ["Bun", [process.execPath]],
  ["Node", [findProgram("node") ?? "node"]],
  ["Deno", [deno, "run", "--allow-all"]],
] as const;

const folder = makeFolder();
const program = folder.file("program.mjs");
let server: Server;

test.before(async () => {
  server = await startHub();
  const options = { bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "silent" } as const;
  await build({ ...options, entryPoints: [join(ROOT, "test/bus/runtime-program.ts")], outfile: program });
});
test.after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function lacks(argv: readonly string[]): Promise<string | null> {
  const outcome = await run([...argv.slice(0, 1), "--version"]).catch(() => null);
  return outcome?.code === 0 ? null : `needs ${argv[0]}`;
}

for (const [name, argv] of runtimes) {
  test.unless(await lacks(argv), `under ${name} a session talks to the hub, blocks and answers, and lets its program end`, async () => {
    const { code, stdout, stderr } = await run([...argv, program, server.path], { limitMs: 30_000 });
    assert.is(stdout.trim(), "large 8000000,3,8000000 true; sum 4498500; hello größe; HUB_UNREACHABLE", stderr);
    assert.is(code, 0);
  });
}

test.run();
