// timeout: 180s
// serial
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const script = join(ROOT, "dist/ghost.js");
const sea = join(ROOT, "dist/ghost-sea");
const deno = join(ROOT, "node_modules/.bin/deno");
const bun = join(ROOT, "node_modules/.bin/bun");

/** Each way to run Ghost, the words that it says of itself, and why it cannot be tried here. */
const RUNTIMES: readonly {
  readonly name: string;
  readonly argv: readonly string[];
  readonly says: RegExp;
  readonly missing: string | null;
}[] = [
  { name: "the compiled binary", argv: [join(ROOT, "dist/ghost")], says: /bun \d/, missing: null },
  { name: "dist/ghost.js under Node", argv: ["node", script], says: /node \d/, missing: needs("node") },
  { name: "dist/ghost.js under Bun", argv: [bun, script], says: /bun \d/, missing: null },
  { name: "dist/ghost.js under Deno", argv: [deno, "run", "--allow-all", script], says: /deno \d/, missing: works(deno) },
  { name: "dist/ghost-sea", argv: [sea], says: /node \d/, missing: existsSync(sea) ? null : "was not built (npm run build -- --sea)" },
];

for (const { name, argv, says, missing } of RUNTIMES) {
  test.unless(missing, `${name} tells its version`, async () => {
    const { code, stdout, stderr } = await run([...argv, "version"]);
    assert.is(code, 0, stderr);
    assert.match(stdout, says);
  });

  test.unless(missing, `${name} supervises: register, list, logs, a restart after a kill, adoption by the next daemon, stop`, async () => {
    await using home = makeHome({ program: argv });
    home.write("processes.yaml", MANIFEST);
    await home.ok(["register", "--start"]);
    const first = await running(home, "writer");
    await waitFor(async () => (await home.ok(["logs", "writer", "-n", "5"])).stdout.includes("line 3"), { what: "the log to show line 3" });

    process.kill(first.pid as number, "SIGKILL");
    const second = await waitFor(
      async () => {
        const now = await running(home, "writer");
        return now.pid !== first.pid && now;
      },
      { what: "the killed process to run again" },
    );
    assert.ok(second.restarts >= 1);

    await home.ok(["daemon", "restart"]);
    assert.is((await running(home, "writer")).pid, second.pid, "the next daemon adopts what runs");

    await home.ok(["stop", "writer"]);
    assert.not(isAlive(second.pid as number));
    await home.ok(["daemon", "stop"]);
  });
}

for (const type of ["module", "commonjs", "nothing"]) {
  for (const { name, argv, missing } of RUNTIMES.filter((runtime) => runtime.argv.includes(script))) {
    test.unless(missing, `${name} runs where the nearest package.json says ${type}`, async () => {
      await using home = makeHome();
      const folder = join(home.work, type);
      mkdirSync(folder);
      writeFileSync(join(folder, "package.json"), type === "nothing" ? "{}" : JSON.stringify({ type }));
      copyFileSync(script, join(folder, "ghost.js"));
      const { code, stderr } = await run([...argv.slice(0, -1), join(folder, "ghost.js"), "version"], { env: home.env });
      assert.is(code, 0, stderr);
    });
  }
}

test("each artefact has its SHA-256 beside it", async () => {
  for (const file of ["ghost", "ghost.js"]) {
    assert.match(readFileSync(join(ROOT, `dist/${file}.sha256`), "utf8"), new RegExp(`^[0-9a-f]{64}  ${file}\n$`));
    assert.is((await run(["sha256sum", "-c", `${file}.sha256`], { cwd: join(ROOT, "dist") })).code, 0);
  }
});

test.run();

const MANIFEST = `project: smoke
processes:
  - name: writer
    executable: ${program("lines.sh")}
    args: 0 0.05
    restart: true
`;

async function running(home: Home, name: string): Promise<ProcessView> {
  return waitFor(
    async () =>
      (await home.ok(["list", "--json"]))
        .json<ProcessView[]>()
        .find((one) => one.name === name && one.status === "running" && one.pid !== null),
    {
      what: `${name} to run`,
      seen: async () => (await home.ghost(["list"])).stdout,
    },
  );
}

function works(path: string): string | null {
  return existsSync(path) ? null : "is not installed (npm ci)";
}
