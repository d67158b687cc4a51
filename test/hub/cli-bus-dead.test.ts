import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { askHub, hubSocket } from "./asking.ts";

const ORIGIN = "shared:channel:jobs:mail";

interface Dead {
  readonly id: string;
  readonly data: unknown;
  readonly from: string;
  readonly origin: string;
  readonly entry: string;
  readonly deliveries: number;
  readonly reason?: string;
}

const jsonLines = <T>(text: string): T[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

/** Publishes jobs that a group takes once, and puts aside: the first with a reason, the others because they came too often. */
async function putAside(home: Home, ...jobs: string[]): Promise<string[]> {
  const socket = hubSocket(home);
  await askHub(socket, "XGROUP", "CREATE", ORIGIN, "workers", "0", "MKSTREAM").catch(() => undefined);
  const entries: string[] = [];
  for (const job of jobs) {
    const { entry } = (await home.ok(["bus", "pub", "jobs:mail", job, "--persist", "--json"])).json<{ entry: string }>();
    entries.push(entry);
  }
  const take = () => askHub(socket, "GHOST.TAKE", ORIGIN, "workers", "one", "IDLE", "1", "LIMIT", "1", "BLOCK", "50");
  await take();
  await askHub(socket, "GHOST.BURY", ORIGIN, "workers", entries[0] as string, `${ORIGIN}:dead`, "no address");
  await take();
  return entries;
}

test("stream dead shows by the channel's name what was put aside: the message, where it was, how often it came, and why", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const [first, second] = await putAside(home, '{"to":"ada"}', '{"to":"bob"}');
  const dead = jsonLines<Dead>((await home.ok(["bus", "stream", "dead", "jobs:mail", "--json"])).stdout);
  assert.equal(
    dead.map(({ data, from, origin, entry, deliveries, reason }) => [data, from, origin, entry, deliveries, reason]),
    [
      [{ to: "ada" }, "ghost bus", ORIGIN, first, 1, "no address"],
      [{ to: "bob" }, "ghost bus", ORIGIN, second, 1, undefined],
    ],
  );
  const text = (await home.ok(["bus", "stream", "dead", "jobs:mail"])).stdout.replace(/^\d\d:\d\d:\d\d /gm, "");
  assert.equal(text.split("\n"), [
    `${dead[0]?.id} {"to":"ada"} (ghost bus)`,
    `  ${first} of ${ORIGIN}, handed out 1 time: no address`,
    `${dead[1]?.id} {"to":"bob"} (ghost bus)`,
    `  ${second} of ${ORIGIN}, handed out 1 time: it was not acknowledged`,
    "",
  ]);
});

test("stream retry moves one, or all that was put aside, back to the end of its stream", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await putAside(home, '{"to":"ada"}', '{"to":"bob"}', '{"to":"eve"}');
  const stream = async (...words: string[]) => (await home.ok(["bus", "stream", ...words, "--json"])).stdout;
  const dead = jsonLines<Dead>(await stream("dead", "jobs:mail"));
  const nobody = await home.ghost(["bus", "stream", "retry", "jobs:mail", "1-1"]);
  assert.is(nobody.code, 3);
  assert.match(nobody.stderr, /cannot send 1-1 again: it is not in shared:channel:jobs:mail:dead/);
  const second = dead[1]?.id as string;
  const [one] = jsonLines<{ entry: string; stream: string; as: string }>(await stream("retry", "jobs:mail", second));
  assert.equal([one?.entry, one?.stream], [second, ORIGIN]);
  const read = jsonLines<Dead>(await stream("read", "jobs:mail"));
  assert.equal([read.length, read.at(-1)?.id, read.at(-1)?.data, read.at(-1)?.from], [4, one?.as, { to: "bob" }, "ghost bus"]);
  const told = await home.ok(["bus", "stream", "retry", "jobs:mail"]);
  assert.match(told.stderr, /sent again to shared:channel:jobs:mail: 2 messages/);
  assert.equal(
    jsonLines<Dead>(await stream("read", "jobs:mail")).map(({ data }) => (data as { to: string }).to),
    ["ada", "bob", "eve", "bob", "ada", "eve"],
  );
  assert.match((await home.ok(["bus", "stream", "retry", "jobs:mail"])).stderr, /nothing was put aside in/);
});

test("dead letters under a name of a group's own are found by --dead, those of the stream alone, and by that name", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const socket = hubSocket(home);
  for (const channel of ["mail", "post"]) {
    const stream = `shared:channel:${channel}`;
    await home.ok(["bus", "pub", channel, `"${channel}"`, "--persist"]);
    await askHub(socket, "XGROUP", "CREATE", stream, "g", "0");
    for (let time = 0; time < 2; time++)
      await askHub(socket, "GHOST.TAKE", stream, "g", "one", "IDLE", "1", "LIMIT", "1", "BLOCK", "50", "DEAD", "shared:channel:graveyard");
  }
  const dead = async (...words: string[]) =>
    jsonLines<Dead>((await home.ok(["bus", "stream", "dead", ...words, "--json"])).stdout).map(({ data }) => data);
  assert.match((await home.ok(["bus", "stream", "dead", "mail"])).stderr, /nothing was put aside in mail:dead\nhint: --dead NAME /);
  assert.equal(await dead("mail", "--dead", "graveyard"), ["mail"]);
  assert.equal(await dead("shared:channel:post", "--dead", "graveyard"), ["post"]);
  assert.equal(await dead("graveyard"), ["mail", "post"]);
  assert.equal(await dead("mail"), []);
  const { stderr } = await home.ok(["bus", "stream", "retry", "post", "--dead", "graveyard"]);
  assert.match(stderr, /^sent again to shared:channel:post: \S+ as \S+$/m);
  assert.equal(await dead("graveyard"), ["mail"]);
  assert.match(
    (await home.ok(["bus", "stream", "retry", "post", "--dead", "graveyard"])).stderr,
    /^nothing of post or \S+ was put aside in \S+graveyard$/m,
  );
});

test("stream takes a channel's name where no stream has it, and a stream's where one does", async () => {
  await using home = makeHome();
  await home.ok(["bus", "pub", "orders", "1", "--persist"]);
  await askHub(hubSocket(home), "XGROUP", "CREATE", "shared:channel:orders", "pack", "$");
  const groups = async () => (await home.ok(["bus", "stream", "groups", "orders"])).stdout;
  assert.match(await groups(), /^pack /m);
  await home.ok(["bus", "stream", "create", "orders", "--group", "own"]);
  const own = await groups();
  assert.match(own, /^own /m);
  assert.not.match(own, /^pack /m);
});

test("pub --persist says that the message is kept, and which groups get it", async () => {
  await using home = makeHome();
  const publish = async (...words: string[]) => await home.ok(["bus", "pub", "orders", "1", "--persist", ...words]);
  assert.match((await publish()).stderr, /published to orders: kept as \d+-0 \(no group reads the channel yet\)\n/);
  for (const group of ["pack", "bill"]) await askHub(hubSocket(home), "XGROUP", "CREATE", "shared:channel:orders", group, "0");
  assert.match((await publish()).stderr, /published to orders: kept as \d+-0 for the groups bill, pack\n/);
  assert.equal((await publish("--json")).json<{ groups: string[] }>().groups, ["bill", "pack"]);
});

test.run();
