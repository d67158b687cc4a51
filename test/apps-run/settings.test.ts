import { once } from "node:events";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { inForeground } from "../cli/foreground.ts";
import { run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

/** An app that is a shell script. */
function script(home: Home, yaml: string, text: string): void {
  home.write(".ghost.yaml", `app: { id: web }\nruntime: exec\nentry: web.sh\n${yaml}`);
  home.write("web.sh", `#!/bin/sh\n${text}\n`, 0o755);
}

test("what has no meaning in the foreground is named before the app begins, a line each, and nothing else is said", async () => {
  await using home = makeHome();
  script(home, 'schedule: "@daily"\ndepends_on: [db]\nresource_limits: { cpu: 1, memory: 512 }\n', "exit 3");
  const { code, stderr } = await home.ghost(["run"]);
  assert.is(code, 3);
  const told = stderr.trim().split("\n");
  assert.equal(
    told.map((line) => /^warning: `(\w+)`/.exec(line)?.[1]),
    ["schedule", "depends_on", "resource_limits"],
  );
  assert.is((await home.ghost(["run", "--quiet"])).stderr, "");
});

test("umask, nice and open_files are as the file says", async () => {
  await using home = makeHome();
  script(home, 'umask: "0027"\nnice: 5\nresource_limits: { open_files: 77 }\n', "umask; nice; ulimit -n");
  const { stdout, stderr } = await home.ok(["run"]);
  assert.equal(stdout.trim().split("\n"), ["0027", "5", "77"]);
  assert.is(stderr, "");
});

test("a secret that stands among the arguments is filled in", async () => {
  await using home = makeHome();
  script(home, 'args: ["$' + '{DB_PASSWORD}"]\n', 'echo "got $1"');
  assert.is((await home.ok(["run"], { env: { ...home.env, DB_PASSWORD: "hunter2" } })).stdout, "got hunter2\n");
});

test("a port that is `auto` is the same in each run, and another while somebody has that", async () => {
  await using home = makeHome();
  script(home, "ports: { web: auto, admin: auto }\nenvironment: { PORTS: '${ports.web} ${ports.admin}' }\n", 'echo "$PORTS"');
  const ports = async (): Promise<number[]> => (await home.ok(["run"])).stdout.trim().split(" ").map(Number);
  const [web = 0, admin = 0] = await ports();
  assert.is.not(web, admin);
  assert.equal(await ports(), [web, admin]);
  const server = createServer().listen(web, "127.0.0.1");
  await once(server, "listening");
  const [other, same] = await ports();
  server.close();
  assert.is.not(other, web);
  assert.is(same, admin);
  assert.equal(await ports(), [web, admin]);
});

test.unless(
  needs("linux", "python3"),
  "the socket of `listen` is handed down, and no connection is refused while the app restarts",
  async () => {
    await using home = makeHome();
    const port = await freePort();
    home.write(".ghost.yaml", `app: { id: web }\nlisten: 127.0.0.1:${port}\nrestart: { delay: 300ms }\n`);
    home.write(
      "app.py",
      `import os, socket
assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1"
print("ready", flush=True)
accepted, _ = socket.socket(fileno=3).accept()
accepted.send(b"run " + str(os.getpid()).encode())
`,
    );
    await using session = inForeground(["run"], { cwd: home.work, env: home.env });
    const first = await told(port);
    const second = await told(port);
    assert.match(`${first} ${second}`, /^run \d+ run \d+$/);
    assert.is.not(first, second);
    const other = await home.ghost(["run"]);
    assert.is(other.code, 125);
    assert.match(other.stderr, /cannot listen on .*: the port is held by another program/);
    await session.end("SIGTERM");
  },
);

/** What the one who listens there says. */
function told(port: number): Promise<string> {
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1");
      socket.on("data", (bytes) => {
        text += bytes;
      });
      socket.once("error", reject).once("close", () => resolve(text));
    });
  return waitFor(() => ask(), { what: `an answer on port ${port}` });
}

test("stop.command asks the app to end, and the signal does where that fails", async () => {
  await using home = makeHome();
  const wait = "trap 'echo by-usr1; exit 4' USR1\ntrap 'echo by-term; exit 5' TERM\necho ready\nwhile :; do sleep 0.05; done";
  script(home, 'stop: { command: "kill -USR1 $' + '${GHOST_PID}" }\n', wait);
  await using asked = inForeground(["run"], { cwd: home.work, env: home.env });
  await asked.said(/ready/);
  assert.is(await asked.end("SIGTERM"), 4, asked.text());
  script(home, 'stop: { command: "exit 9" }\n', wait);
  await using failed = inForeground(["run"], { cwd: home.work, env: home.env });
  await failed.said(/ready/);
  assert.is(await failed.end("SIGTERM"), 5, failed.text());
});

test.unless(needs("linux", "root", "setpriv"), "under root the app runs as its user, with a way to the hub", async () => {
  await using home = makeHome();
  script(
    home,
    "user: www-data\n",
    'id -un\necho "$HOME"\necho "$GHOST_HUB"\nwhile [ ! -S "$GHOST_HUB" ]; do sleep 0.05; done\ntouch answered',
  );
  for (const path of [dirname(home.work), home.work]) chmodSync(path, path === home.work ? 0o777 : 0o755);
  const { stdout } = await home.ok(["run"]);
  const [user, folder, hub = ""] = stdout.trim().split("\n");
  const uid = (await run(["id", "-u", "www-data"])).stdout.trim();
  assert.equal([user, folder], ["www-data", readFileSync("/etc/passwd", "utf8").match(/^www-data:.*:(.*):.*$/m)?.[1]]);
  assert.match(hub, new RegExp(`^/(var/)?run/ghost-apps-[0-9a-f]+/${uid}\\.sock$`));
  assert.ok(existsSync(join(home.work, "answered")));
});

test.run();
