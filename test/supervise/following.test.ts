import { mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { findProgram, needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { commandOf, isAlive, processesOf } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type Declared, daemonPid, history, launch, untilView, view } from "./processes.ts";
import { zombiesOf } from "./zombies.ts";

const DOUBLE_FORK = `
import os, signal, sys, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
null = os.open('/dev/null', os.O_RDWR)
for fd in (0, 1, 2): os.dup2(null, fd)
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', int(sys.argv[1])))
s.listen()
time.sleep(1000)
`;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy()).once("connect", () => socket.end());
  });

/** What every program that daemonizes has to go through: followed, restarted, adopted, stopped without a trace. */
async function lifeOf(home: Home, declared: Declared, port: number, isMain: (command: string) => boolean): Promise<void> {
  const { name } = declared;
  const started = await launch(home, { ...declared, restart: { policy: "always", delay: "10ms" } });
  assert.is(started.code, 0, started.stderr);
  await waitFor(() => answers(port), { what: `${name} to listen` });
  // Who listens has no parent left that hands over; until then the one in between may be followed.
  const first = await untilView(home, name, ({ pid, status }) => status === "running" && isAlive(pid ?? 0) && isMain(commandOf(pid ?? 0)));
  assert.equal([first.restarts, first.desired], [0, "up"]);
  assert.ok((await history(home, name)).some(({ cause }) => cause.kind === "followed"));

  process.kill(first.pid ?? 0, "SIGKILL");
  await untilView(home, name, (process) => process.restarts === 1 && process.status === "running");
  await waitFor(() => answers(port), { what: `${name} to listen again` });
  const second = await untilView(home, name, ({ pid }) => isAlive(pid ?? 0) && isMain(commandOf(pid ?? 0)));
  assert.is(second.restarts, 1);
  assert.match((await home.ok(["why", name])).stdout, /was killed by SIGKILL/);

  const before = await daemonPid(home);
  process.kill(before, "SIGKILL");
  await waitFor(async () => (await daemonPid(home)) !== before, { what: "another daemon" });
  const third = await view(home, name);
  assert.equal([third.pid, third.restarts, third.status], [second.pid, 1, "running"]);
  await home.ok(["stop", name]);
  assert.not(isAlive(second.pid ?? 0));
  assert.not(await answers(port));
  assert.equal(
    processesOf(home.work).map(({ command }) => command),
    [],
  );
  assert.is(zombiesOf(await daemonPid(home)), 0);
  await home.ok(["start", name]);
  await waitFor(() => answers(port), { what: `${name} to listen after a stop and a start` });
}

test.unless(needs("linux", "nginx"), "nginx with `daemon on` is followed, restarted, adopted, stopped completely", async () => {
  await using home = makeHome();
  const port = await freePort();
  const folder = join(home.work, "nginx");
  mkdirSync(folder);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
  home.write(
    "nginx.conf",
    `daemon on; worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; location / { return 200 "hello"; } } }`,
  );
  const nginx = { name: "nginx", executable: findProgram("nginx"), args: ["-c", join(home.work, "nginx.conf"), "-p", folder] };
  await lifeOf(home, nginx, port, (command) => command.includes("nginx: master"));
  assert.is(Number(readFileSync(join(folder, "pid"), "utf8")), (await view(home, "nginx")).pid);
});

test.unless(
  needs("linux", "redis-server"),
  "redis-server --daemonize yes is followed, restarted, adopted, stopped completely",
  async () => {
    await using home = makeHome();
    const port = await freePort();
    const redis = { name: "redis", command: `redis-server --port ${port} --bind 127.0.0.1 --daemonize yes --dir ${home.work} --save ''` };
    await lifeOf(home, redis, port, (command) => command.includes(`redis-server 127.0.0.1:${port}`));
  },
);

test.unless(
  needs("linux", "python3"),
  "a program that forks twice and closes everything is followed, restarted, adopted, stopped completely",
  async () => {
    await using home = makeHome();
    const port = await freePort();
    home.write("double.py", DOUBLE_FORK);
    await lifeOf(home, { name: "double", command: `python3 double.py ${port}` }, port, (command) => command.includes("double.py"));
  },
);

test.unless(needs("linux"), "two that daemonize side by side are not taken for each other", async () => {
  await using home = makeHome();
  const ports = [await freePort(), await freePort()];
  home.write("double.py", DOUBLE_FORK);
  const declared = ports.map((port, index) => ({ name: `double-${index}`, command: `python3 double.py ${port}`, restart: true }));
  const started = await launch(home, ...declared);
  assert.is(started.code, 0, started.stderr);
  for (const [index, port] of ports.entries())
    await untilView(home, `double-${index}`, (process) => commandOf(process.pid ?? 0).endsWith(`double.py ${port}`));
  await waitFor(() => answers(ports[1] ?? 0), { what: "the second to listen" });
  await home.ok(["stop", "double-0"]);
  assert.equal([await answers(ports[0] ?? 0), await answers(ports[1] ?? 0)], [false, true]);
});

test.unless(
  needs("linux"),
  "a one-shot has completed when its program has, and what it left behind is followed until it is stopped",
  async () => {
    await using home = makeHome();
    const app = { name: "app", command: "sleep 1000", restart: true, depends_on: ["prep"] };
    const started = await launch(home, { name: "prep", command: ["sh", "-c", "setsid sleep 1113 & echo prepared"] }, app);
    assert.is(started.code, 0, started.stderr);
    const prep = await view(home, "prep");
    assert.equal([prep.status, prep.exitCode, commandOf(prep.pid ?? 0)], ["running", 0, "sleep 1113"]);
    assert.match((await home.ok(["why", "prep"])).stdout, /left pid \d+ running, which is followed; the run itself is completed/);

    const before = await daemonPid(home);
    process.kill(before, "SIGKILL");
    await waitFor(async () => (await daemonPid(home)) !== before, { what: "another daemon" });
    await home.ok(["restart", "app"]);
    process.kill(prep.pid ?? 0, "SIGKILL");
    // A look between its end and the moment at which nobody holds its group any more says "stopping".
    const over = await untilView(home, "prep", ({ status }) => status !== "running" && status !== "stopping");
    assert.equal([over.status, over.exitCode], ["exited", 0], "however that ends which was left behind");
    await home.ok(["restart", "app"]);

    await home.ok(["start", "prep"]);
    const again = await untilView(home, "prep", ({ pid }) => commandOf(pid ?? 0) === "sleep 1113");
    await home.ok(["stop", "prep"]);
    assert.not(isAlive(again.pid ?? 0));
  },
);

test.run();
