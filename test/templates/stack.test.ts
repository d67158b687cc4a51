// timeout: 90s
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import { ROOT } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

interface Ports {
  readonly redis: number;
  readonly app: number;
  readonly nginx: number;
}

/** The template as it is, but for its ports: nothing else on this machine is to be in the way. */
async function copyStack(home: Home): Promise<Ports> {
  cpSync(join(ROOT, "templates/stack"), home.work, { recursive: true });
  const ports = { redis: await freePort(), app: await freePort(), nginx: await freePort() };
  const conf = join(home.work, "nginx.conf");
  writeFileSync(conf, readFileSync(conf, "utf8").replace("8391", String(ports.nginx)).replace("8390", String(ports.app)));
  return ports;
}

async function processes(home: Home): Promise<Record<string, ProcessView>> {
  const views = (await home.ok(["list", "--json"])).json<ProcessView[]>();
  return Object.fromEntries(views.map((view) => [view.name, view]));
}

async function greeting({ nginx }: Ports): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${nginx}/`)).text();
  } catch (error) {
    return (error as Error).message;
  }
}

test.limit(80_000);

test.unless(
  needs("redis-server", "nginx", "python3"),
  "the stack runs as it stands: nginx is followed, the script is watched, each comes back",
  async () => {
    await using home = makeHome();
    const ports = await copyStack(home);
    const env = { ...home.env, STACK_REDIS_PORT: String(ports.redis), STACK_APP_PORT: String(ports.app) };
    await home.ok(["register", "--start", join(home.work, "processes.yaml")], { env });
    await waitFor(async () => (await greeting(ports)) === "hello from Ghost\n", { what: "an answer through nginx", limitMs: 20_000 });

    const script = join(home.work, "app.py");
    const { pid } = (await processes(home)).app as ProcessView;
    writeFileSync(script, `${readFileSync(script, "utf8")}\n# changed\n`);
    await waitFor(async () => ![pid, null].includes((await processes(home)).app?.pid ?? null), { what: "a restart of the script" });
    const told = (await home.ok(["why", "stack/app", "--json"])).json<HistoryEntry[]>();
    assert.ok(
      told.some(({ cause }) => cause.kind === "file-changed" && cause.facts?.file === script),
      JSON.stringify(told.map(({ cause }) => cause)),
    );

    for (const name of ["redis", "nginx"]) {
      const before = (await processes(home))[name] as ProcessView;
      process.kill(before.pid as number, "SIGKILL");
      await waitFor(
        async () => {
          const now = (await processes(home))[name];
          return now?.status === "running" && now.pid !== before.pid && now.restarts === 1;
        },
        { what: `${name} to come back`, limitMs: 20_000 },
      );
    }
    await waitFor(async () => (await greeting(ports)) === "hello from Ghost\n", { what: "an answer after all that", limitMs: 20_000 });
    await home.ok(["delete", "stack/*"]);
    assert.not.equal(await greeting(ports), "hello from Ghost\n");
  },
);

test.run();
