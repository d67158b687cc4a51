import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { GHOST, ROOT } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { findProgram, needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { history, launch, view } from "../supervise/processes.ts";
import { ask } from "./clients.ts";

const PROGRAMS = fileURLToPath(new URL("./programs/", import.meta.url));
const BUN = join(ROOT, "node_modules", ".bin", "bun");

for (const [what, command, missing] of [
  ["Python", ["python3", join(PROGRAMS, "serve.py")], needs("python3")],
  ["Node", ["node", join(PROGRAMS, "serve.node.mjs")], needs("node")],
  ["Bun", [BUN, join(PROGRAMS, "serve.bun.mjs")], null],
] as const)
  test.unless(missing, `a program in ${what} accepts on the listener`, async () => {
    await using home = makeHome();
    const port = await freePort();
    await launch(home, { name: "api", command, listen: port, restart: true });
    const { pid } = await view(home, "api");
    assert.equal(await ask(port), { pid });
  });

test.unless(needs("nginx"), "nginx accepts on the listener, and takes the place of another nginx without a refusal", async () => {
  await using home = makeHome();
  const port = await freePort();
  const text = `pid ${home.work}/nginx.pid; error_log ${home.work}/error.log; daemon off; events {}
http { access_log off; client_body_temp_path ${home.work}/b; proxy_temp_path ${home.work}/p; fastcgi_temp_path ${home.work}/f; uwsgi_temp_path ${home.work}/u; scgi_temp_path ${home.work}/s;
server { listen 127.0.0.1:${port}; location / { return 200 "7"; } } }`;
  const configuration = home.write("nginx.conf", text);
  const nginx = findProgram("nginx") as string;
  const command = [nginx, "-c", configuration, "-e", join(home.work, "error.log")];
  await launch(home, { name: "web", command, listen: `127.0.0.1:${port}`, restart: true, environment: { NGINX: "3;" } });
  assert.equal(await ask(port), { pid: 7 });
  await home.ok(["restart", "web"]);
  assert.equal(await ask(port), { pid: 7 });
});

test("IPv6 and IPv4 on one socket, and an address alone", async () => {
  await using home = makeHome();
  const [both, one] = [await freePort(), await freePort()];
  const serve = ["python3", join(PROGRAMS, "serve.py")];
  await launch(
    home,
    { name: "both", command: serve, listen: `[::]:${both}`, restart: true },
    { name: "one", command: serve, listen: `127.0.0.1:${one}`, restart: true },
  );
  assert.ok("pid" in (await ask(both)));
  assert.ok("pid" in (await ask(one)));
});

test("a program that listens itself is told of the listener", async () => {
  await using home = makeHome();
  const port = await freePort();
  const code = `require("net").createServer().listen(${port}, "127.0.0.1")`;
  await launch(home, { name: "api", command: ["node", "-e", code], listen: port, restart: { policy: "always", delay: "50ms" } });
  await waitFor(async () => (await history(home, "api")).some(({ cause }) => cause.kind === "listener-not-taken"), {
    what: "the hint",
  });
});

test("where no socket can be made the error says what to do", async () => {
  await using home = makeHome({ program: ["node", join(ROOT, "dist", "ghost.js")] });
  if (GHOST.length > 1) return;
  const port = await freePort();
  const outcome = await launch(home, { name: "api", command: "sleep 1000", listen: port, restart: "never" });
  assert.is(outcome.code, 1);
  assert.match(outcome.stderr, /cannot hold a listener: this runtime cannot make a socket .*run Ghost's binary/);
});

test.run();
