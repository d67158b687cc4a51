import { chmodSync, existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { askHub, connectHub, hubOf, hubSocket } from "../hub/asking.ts";
import { serveHub } from "../hub/serving.ts";
import { run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, makeApp, statusOf } from "./apps-rig.ts";

/** Asks the hub as any Redis client would, again until it is there, and writes the answers down. */
const APP = `import { connect } from "node:net";
import { renameSync, writeFileSync } from "node:fs";
const { GHOST_HUB, GHOST_TOKEN } = process.env;
const words = ["PING", \`AUTH \${GHOST_TOKEN}\`, "GHOST.NAMESPACE", "SET seen here", "GHOST.NAMESPACE default", "GHOST.DOOR /tmp/x.sock 0"];
let said = "";
function dial() {
  const socket = connect(GHOST_HUB, () => socket.write(words.join("\\r\\n") + "\\r\\n"));
  socket.on("error", () => setTimeout(dial, 20));
  socket.on("data", (bytes) => {
    said += bytes;
    if (said.split("\\r\\n").length - 1 < words.length + 1) return;
    writeFileSync("answers.new", JSON.stringify({ uid: process.getuid(), GHOST_HUB, GHOST_TOKEN, said }));
    renameSync("answers.new", "answers");
  });
}
dial();
setInterval(() => {}, 1000);
`;

interface Answers {
  readonly uid: number;
  readonly GHOST_HUB: string;
  readonly GHOST_TOKEN: string;
  readonly said: string;
}

const numberOf = async (user: string): Promise<number> => Number((await run(["id", "-u", user])).stdout);

/** A folder of that user's app, linked into the home, which is closed to the user. */
function makeUsersApp(home: Home, name: string, user: string): string {
  const folder = makeApp(home, name, { ".ghost.yaml": `user: ${user}\ntype: service\n`, "app.js": APP });
  for (const path of [dirname(home.work), home.work]) chmodSync(path, 0o755);
  chmodSync(folder, 0o777);
  linkApp(home, folder, name);
  return folder;
}

const answersIn = (folder: string): Promise<Answers> =>
  waitFor(() => JSON.parse(readFileSync(join(folder, "answers"), "utf8")) as Answers, { what: "the app's answers" });

const isRoot = needs("linux", "root", "setpriv");

test.unless(
  isRoot,
  "an app of another user reaches the hub by a socket of that user's own, where only its token opens anything",
  async () => {
    await using home = makeHome();
    const folder = makeUsersApp(home, "shop", "www-data");
    await home.ok(["start", "shop"]);
    const { uid, GHOST_HUB, said } = await answersIn(folder);
    assert.is(uid, await numberOf("www-data"));
    assert.equal(said.split("\r\n").slice(0, 4), ["-NOAUTH Authentication required.", "+OK", "$4", "shop"]);
    assert.match(said, /\+OK\r\n-NAMESPACE only the operator/);
    assert.match(said, /-DENIED only the daemon/);
    const { mode, uid: owner } = statSync(GHOST_HUB);
    assert.equal([owner, mode & 0o777, statSync(dirname(GHOST_HUB)).mode & 0o777], [uid, 0o600, 0o711]);
    assert.match(String(await askHub(GHOST_HUB, "GET", "a")), /NOAUTH/, "root is nobody there, either");
    assert.is(await askHub(hubSocket(home), "GET", "seen"), null, "it worked in its own namespace");
    const dial = `require("net").connect(${JSON.stringify(GHOST_HUB)}).on("error", (e) => console.log(e.code)).on("connect", () => process.exit(1))`;
    const asNobody = await run(["setpriv", "--reuid=nobody", "--clear-groups", "node", "-e", dial], { cwd: "/" });
    assert.is(asNobody.stdout.trim(), "EACCES");
  },
);

test.unless(
  isRoot,
  "that socket is there again after the hub's end, the daemon's and its own, and gone with the daemon's stop",
  async () => {
    await using home = makeHome();
    const folder = makeUsersApp(home, "shop", "www-data");
    await home.ok(["start", "shop"]);
    const { GHOST_HUB, GHOST_TOKEN } = await answersIn(folder);
    const works = async (what: string): Promise<void> => {
      await waitFor(async () => (await askHub(GHOST_HUB, "AUTH", GHOST_TOKEN)) === "OK", { what });
    };
    process.kill((await hubOf(home)).pid ?? 0, "SIGKILL");
    await works("the next hub");
    const { pid } = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number }>();
    using client = await connectHub(GHOST_HUB);
    process.kill(pid, "SIGKILL");
    await waitFor(async () => ![pid, undefined].includes((await home.ghost(["daemon", "status", "--json"])).json<{ pid?: number }>().pid), {
      what: "the next daemon",
    });
    assert.is(await client.ask("AUTH", GHOST_TOKEN), "OK", "connections outlive the daemon");
    rmSync(GHOST_HUB);
    await works("the socket to be put back");
    await home.ok(["hub", "restart"]);
    await works("the restarted hub");
    await home.ok(["daemon", "stop"]);
    assert.not(existsSync(dirname(GHOST_HUB)));
  },
);

test.unless(isRoot, "apps of another user in a processes.yaml have it, too, and start with a hub that people stopped", async () => {
  await using home = makeHome();
  for (const path of [dirname(home.work), home.work]) chmodSync(path, 0o755);
  const folder = makeApp(home, "till", { ".ghost.yaml": "core: { settings: { type: service } }\n", "app.js": APP });
  chmodSync(folder, 0o777);
  home.write("processes.yaml", `project: shop\nprocesses: [{ name: till, app: ${folder}, user: nobody }]\n`);
  await home.ok(["hub", "start"]);
  await home.ok(["hub", "stop"]);
  await home.ok(["register", "--start"]);
  assert.is((await statusOf(home, "till")).status, "running");
  assert.not((await hubOf(home)).running);
  await home.ok(["hub", "start"]);
  await home.ok(["restart", "till"]);
  assert.is((await answersIn(folder)).uid, await numberOf("nobody"));
});

test.unless(isRoot, "why an app of another user has no way to the hub is told", async () => {
  await using home = makeHome();
  const folder = makeUsersApp(home, "shop", "www-data");
  await home.ok(["start", "shop"]);
  const { GHOST_HUB } = await answersIn(folder);
  await home.ok(["stop", "shop"]);
  const parent = dirname(GHOST_HUB);
  chmodSync(parent, 0o777);
  rmSync(GHOST_HUB);
  await home.ok(["start", "shop"]);
  assert.match((await hubOf(home)).warnings.join("\n"), /apps of the user \d+ have no way to the hub: cannot use .* is open to others/);
  rmSync(parent, { recursive: true });
});

test.unless(isRoot, "one user's apps cannot take all connections of the hub", async () => {
  await using home = makeHome();
  await using hub = await serveHub(home);
  const path = join(home.work, "33.sock");
  assert.is(await hub.ask("GHOST.DOOR", path, "33"), "OK");
  assert.is(await hub.ask("GHOST.DOOR", path, "33"), "OK");
  const clients = [];
  // The queue of a socket is shorter than that.
  for (let count = 0; count < 1_000; count++) clients.push(await waitFor(() => connectHub(path), { what: "a place in the queue" }));
  assert.match(String(await clients.at(-1)?.ask("PING")), /NOAUTH/);
  // It is hung up at once: whether it could read why is chance.
  await connectHub(path).then(
    ({ ended }) => ended,
    () => undefined,
  );
  assert.match(String(await hub.ask("INFO")), /rejected_connections:1\r/);
  for (const client of clients) client[Symbol.dispose]();
  await waitFor(async () => /NOAUTH/.test(String(await askHub(path, "PING"))), { what: "room for another" });
  await hub.stop();
  assert.not(existsSync(path));
});

test.run();
