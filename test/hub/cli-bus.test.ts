import { spawn } from "node:child_process";
import { once } from "node:events";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { askHub, connectHub, hubSocket } from "./asking.ts";

interface Message {
  readonly channel: string;
  readonly data: unknown;
  readonly from?: string;
}

/** `ghost bus ARGS` that goes on until it is told to end. */
async function listening(home: Home, ...args: string[]) {
  const [file = "", ...words] = [...GHOST, "bus", ...args];
  const child = spawn(file, words, { cwd: home.work, env: home.env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.on("data", (bytes: Buffer) => {
    said.out += bytes;
  });
  child.stderr.on("data", (bytes: Buffer) => {
    said.err += bytes;
  });
  const ended = once(child, "close") as Promise<[number | null]>;
  await waitFor(() => said.err.includes("^C ends") || said.out !== "", { what: `ghost bus ${args.join(" ")} to listen` });
  return {
    said,
    messages: () =>
      said.out
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Message),
    interrupt: () => child.kill("SIGINT"),
    code: async () => (await ended)[0],
  };
}

test("sub shows what comes on channels and globs, from Ghost and from other programs, and ends after -n", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const sub = await listening(home, "sub", "orders", "new.*", "-n", "3");
  const told = (await home.ok(["bus", "pub", "orders", '{"id":7}', "--json"])).json<{ receivers: number; position: string }>();
  assert.is(told.receivers, 1);
  await home.ok(["bus", "pub", "new.user", "hello"]);
  assert.is(await askHub(hubSocket(home), "PUBLISH", "orders", "plain"), 1);
  assert.is(await sub.code(), 0);
  assert.equal(
    sub.said.out.split("\n").map((line) => line.replace(/^\d\d:\d\d:\d\d /, "")),
    ['orders {"id":7} (ghost bus)', "new.user hello (ghost bus)", "orders plain", ""],
  );
});

test("^C ends sub cleanly, and with 130", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const sub = await listening(home, "sub", "a");
  sub.interrupt();
  assert.is(await sub.code(), 130);
});

test("sub goes on when the hub is back", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const sub = await listening(home, "sub", "a");
  await home.ok(["hub", "restart"]);
  await waitFor(async () => (await home.ok(["bus", "pub", "a", "again", "--json"])).json<{ receivers: number }>().receivers === 1, {
    what: "the subscription to be made again",
  });
  await waitFor(() => sub.said.out.includes("again"), { what: "the message" });
  sub.interrupt();
  assert.is(await sub.code(), 130);
});

test("sub tells once that the hub is away, and that it is back", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const sub = await listening(home, "sub", "a", "b");
  await home.ok(["hub", "stop"]);
  await waitFor(() => sub.said.err.includes("the hub is away"), { what: "the word of its absence" });
  await home.ok(["hub", "start"]);
  await waitFor(() => sub.said.err.includes("the hub is back") && sub.said.err.includes("began anew"), { what: "the word of its return" });
  await waitFor(async () => (await home.ok(["bus", "pub", "b", "again", "--json"])).json<{ receivers: number }>().receivers === 1, {
    what: "both subscriptions to be made again",
  });
  await waitFor(() => sub.said.out.includes("again"), { what: "the message" });
  sub.interrupt();
  assert.is(await sub.code(), 130);
  const times = (text: string) => sub.said.err.split(text).length - 1;
  assert.equal([times("the hub is away"), times("the hub is back"), times("began anew")], [1, 1, 1]);
});

test("bus says what to do about a slip, and the help has a line for each way to call it", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const cases: [string[], RegExp][] = [
    [["pbu", "a"], /there is no pbu.*did you mean ghost bus pub\?/s],
    [["sub", "a", "--expiry", "1s"], /sub does not take --expiry, only pub does/],
    [["stream", "raed", "a"], /there is no raed.*did you mean ghost bus stream read\?/s],
    [["stream", "groups", "away"], /cannot look into away: there is no such stream/],
    [
      ["request", "prices", "1"],
      /start the program that answers \(ghost list shows what runs\); now somebody listens to no channel of an app at all/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await home.ghost(["bus", ...args]);
    assert.ok(code !== 0, args.join(" "));
    assert.match(stderr, expected);
  }
  const { stdout } = await home.ok(["bus", "--help"]);
  assert.match(stdout, /^ghost bus pub CHANNEL \[MESSAGE\]\nghost bus sub CHANNEL…\n/);
});

test("a message is read from standard input, and one that has expired is not shown", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const sub = await listening(home, "sub", "a", "-n", "2");
  const old = JSON.stringify({ v: 1, id: "1", ts: 1, exp: 2, from: "x", data: "too late" });
  await home.ok(["bus", "pub", "a", "--raw", old]);
  await home.ok(["bus", "pub", "a", "--raw"], { input: '{"n":1}\n' });
  await home.ok(["bus", "pub", "a", "-", "--expiry", "10m", "--text"], { input: "12" });
  assert.is(await sub.code(), 0);
  assert.not(sub.said.out.includes("too late"));
  assert.match(sub.said.out, /a \{"n":1\}\n.* a 12 /);
  assert.match(sub.said.err, /1 message had expired/);
});

test("sub --since shows what was kept since then, once, and then what comes", async () => {
  await using home = makeHome();
  for (const number of [1, 2]) await home.ok(["bus", "pub", "mails", String(number), "--persist"]);
  const sub = await listening(home, "sub", "mails", "--since", "1h", "-n", "4", "--json");
  for (const number of [3, 4]) await home.ok(["bus", "pub", "mails", String(number), "--persist"]);
  assert.is(await sub.code(), 0);
  assert.equal(
    sub.messages().map(({ data }) => data),
    [1, 2, 3, 4],
  );
  const none = await listening(home, "sub", "mails", "--since", "1ms", "-n", "1");
  await home.ok(["bus", "pub", "mails", "5", "--persist"]);
  assert.is(await none.code(), 0);
  assert.match(none.said.out, /^\S+ mails 5 \(ghost bus\)\n$/);
});

test("request prints the answer, fails at once where nobody listens, and after its timeout where nobody answers", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const nobody = await home.ghost(["bus", "request", "prices", "1", "--timeout", "20s", "--json"]);
  assert.equal([nobody.code, nobody.json<{ error: ErrorBody }>().error.code], [1, "NO_RESPONDERS"]);
  assert.ok(nobody.tookMs < 10_000);
  using app = await connectHub(hubSocket(home));
  using sender = await connectHub(hubSocket(home));
  await app.ask("SUBSCRIBE", "prices");
  const misspelt = await home.ghost(["bus", "request", "price", "1"]);
  assert.match(misspelt.stderr, /did you mean prices\? start the program that answers .* now somebody listens to prices\n/);
  assert.not.match(misspelt.stderr, "redis-cli");
  const asked = home.ok(["bus", "request", "prices", '{"of":"apples"}', "--json"]);
  const request = await waitFor(() => app.messages.shift() as string[] | undefined, { what: "the request" });
  const { reply, data } = JSON.parse(request[2] ?? "") as { reply: string; data: unknown };
  assert.equal(data, { of: "apples" });
  await sender.ask("PUBLISH", reply, JSON.stringify({ v: 1, id: "a", ts: 1, from: "shop", data: 4.5 }));
  assert.equal((await asked).json(), { data: 4.5, from: "shop", id: "a" });
  const refused = home.ghost(["bus", "request", "prices", "2", "--json"]);
  const second = await waitFor(() => app.messages.shift() as string[] | undefined, { what: "the second request" });
  const failure = { v: 1, id: "b", from: "shop", data: null, error: { code: "NOT_FOUND", message: "cannot find apples" } };
  await sender.ask("PUBLISH", (JSON.parse(second[2] ?? "") as { reply: string }).reply, JSON.stringify(failure));
  const { code, message } = (await refused).json<{ error: ErrorBody }>().error;
  assert.equal([(await refused).code, code, message], [3, "NOT_FOUND", "cannot find apples"]);
  const silent = await home.ghost(["bus", "request", "prices", "1", "--timeout", "200ms", "--json"]);
  assert.equal([silent.code, silent.json<{ error: ErrorBody }>().error.code], [5, "TIMED_OUT"]);
});

test("request --many prints every answer that comes in time, one a line", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using app = await connectHub(hubSocket(home));
  using sender = await connectHub(hubSocket(home));
  await app.ask("SUBSCRIBE", "who");
  const asked = home.ok(["bus", "request", "who", "?", "--many", "-n", "2", "--json"]);
  const request = await waitFor(() => app.messages.shift() as string[] | undefined, { what: "the request" });
  const { reply } = JSON.parse(request[2] ?? "") as { reply: string };
  for (const name of ["one", "two"]) await sender.ask("PUBLISH", reply, JSON.stringify(name));
  assert.is((await asked).stdout, '{"data":"one"}\n{"data":"two"}\n');
});

test("what cannot be meant is a usage error", async () => {
  await using home = makeHome();
  for (const args of [
    [],
    ["shout"],
    ["pub"],
    ["pub", "a", "b", "c"],
    ["pub", "a", "b", "--expiry", "0s"],
    ["pub", "a", "b", "--retain", "1m"],
    ["sub"],
    ["sub", "a*", "--since", "1m"],
    ["stream"],
    ["stream", "read"],
    ["pub", "a", '{"id":12345678901234567890}'],
    ["pub", "a", "b", "--persist", "--retain", "1000000d"],
    ["stream", "eat", "a"],
    ["request"],
  ]) {
    const outcome = await home.ghost(["bus", ...args, "--json"], { input: "" });
    assert.equal([outcome.code, outcome.json<{ error: ErrorBody }>().error.code], [2, "USAGE"], args.join(" "));
  }
});

test.run();
