import * as assert from "uvu/assert";
import { PENDING_COMMANDS_MAX } from "../../core/bus/session/wire.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "../storage/expect.ts";
import { push, ScriptedHub } from "./scripted-hub.ts";
import { settled } from "./virtual-clock.ts";

const GREETING = ["HELLO 3", "GHOST.DURABILITY fsync"];
const UNKNOWN = "-ERR unknown command 'GHOST.DURABILITY', with args beginning with: 'fsync' \r\n";

test("nothing is connected before the first use", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await settled();
  assert.is(hub.connections.length, 0);
  assert.is(await session.send(["PING"]), "OK");
  assert.equal(hub.now.commands, [...GREETING, "PING"]);
  await session.close();
  assert.ok(hub.now.isClosed);
  assert.is(hub.clock.waiting, 0);
});

test("a session says who it is, and enters its namespace", async () => {
  const hub = new ScriptedHub();
  const identity = { token: "shop.abc", name: "the shop\n", namespace: "shop", durability: "relaxed" } as const;
  await hub.session({ identity }).send(["PING"]);
  assert.equal(hub.now.commands, [
    "AUTH shop.abc",
    "HELLO 3 SETNAME the-shop-",
    "GHOST.DURABILITY relaxed",
    "GHOST.NAMESPACE shop",
    "PING",
  ]);
});

test("the commands of one turn go out in one write, in their order", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.now.writes.length = 0;
  const replies = [session.send(["A"]), session.send(["B", "1"])];
  const later = settled().then(() => session.send(["C"]));
  assert.equal(await Promise.all([...replies, later]), ["OK", "OK", "OK"]);
  assert.is(hub.now.writes.length, 2);
  assert.equal(hub.now.commands.slice(-3), ["A", "B 1", "C"]);
});

test("while the other side does not read, commands wait, and then go out together", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.now.takes = false;
  await session.send(["A"]);
  const more = [session.send(["B"]), session.send(["C"])];
  await settled();
  assert.is(hub.now.commands.at(-1), "A");
  hub.now.takes = true;
  hub.now.events.onDrain();
  await Promise.all(more);
  assert.is(hub.now.writes.length, 4);
});

test("an error is the failure of its own command", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  hub.script.set("BAD", "-WRONGTYPE no\r\n");
  const [good, bad, after] = await Promise.allSettled([session.send(["GOOD"]), session.send(["BAD"]), session.send(["AFTER"])]);
  assert.equal([good.status, bad.status, after.status], ["fulfilled", "rejected", "fulfilled"]);
  assert.is((bad as PromiseRejectedResult).reason.message, "WRONGTYPE no");
});

test("an aborted command rejects with the signal's reason, and its reply goes to nobody", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.script.set("SLOW", null);
  const controller = new AbortController();
  const slow = session.send(["SLOW"], controller.signal);
  const next = session.send(["SLOW", "2"]);
  await settled();
  controller.abort(new Error("enough"));
  assert.is((await slow.catch((error) => error)).message, "enough");
  hub.now.say("+one\r\n+two\r\n");
  assert.is(await next, "two");
  assert.is(await session.send(["X"], AbortSignal.abort("early")).catch((reason) => reason), "early");
});

test("when the connection ends, what was sent fails and what was not waits for the next one", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  hub.script.set("SLOW", null);
  const slow = session.send(["SLOW"]);
  await settled();
  await settled();
  hub.now.end();
  const waiting = session.send(["NEXT"]);
  const error = await failsWith("HUB_UNREACHABLE", () => slow);
  assert.match(error.message, /may be done or not/);
  await hub.clock.pass(20);
  assert.is(await waiting, "OK");
  assert.equal(hub.now.commands, [...GREETING, "NEXT"]);
  assert.equal(
    hub.events.map(({ event }) => event),
    ["connected", "disconnected", "connected"],
  );
});

test("a command that finds no hub within its patience fails, and was never sent", async () => {
  const hub = new ScriptedHub();
  hub.refuses = new Error("connect ENOENT");
  const session = hub.session({ patienceMs: 300 });
  const early = session.send(["EARLY"]).catch((error) => error);
  await hub.clock.pass(200);
  const late = session.send(["LATE"]);
  await hub.clock.pass(100);
  assert.match((await early).message, /^cannot reach the hub: connect ENOENT; it was not there for 300 ms$/);
  hub.refuses = null;
  await hub.clock.pass(150);
  assert.is(await late, "OK");
  assert.not.ok(hub.now.commands.includes("EARLY"));
});

test("a command that waits for a hub that hangs up on everybody says so once", async () => {
  const hub = new ScriptedHub();
  hub.script.set("HELLO", null);
  const session = hub.session({ patienceMs: 300 });
  const waiting = session.send(["SET"]).catch((error) => error);
  await hub.clock.pass(1);
  hub.now.end();
  await hub.clock.pass(300);
  assert.is(
    (await waiting).message,
    "cannot reach the hub: the connection ended: what was sent may be done or not; it was not there for 300 ms",
  );
});

test("a command with a word that is neither text nor bytes is refused, and the next one is whole", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  for (const word of [5, undefined, {}, Symbol("a")]) await failsWith("USAGE", () => session.send(["GET", word as never]));
  await failsWith("USAGE", () => session.subscribe("channel", 5 as never, { message: () => undefined, lost: () => undefined }));
  assert.is(await session.send(["GET", "a"]), "OK");
  assert.equal(hub.now.commands.slice(-2), ["PING", "GET a"]);
});

test("the pauses between tries double up to 2 s, and begin anew after a connection that lasted", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.refuses = new Error("gone");
  hub.now.end();
  await hub.clock.pass(10_000);
  const pauses = () => hub.events.flatMap((event) => (event.event === "disconnected" ? [event.retryInMs] : []));
  assert.equal(pauses().slice(0, 10), [7.5, 15, 30, 60, 120, 240, 480, 960, 1500, 1500]);
  hub.refuses = null;
  await hub.clock.pass(2_000);
  await hub.clock.pass(1_000);
  hub.events.length = 0;
  hub.now.end();
  assert.equal(pauses(), [7.5]);
  await session.close();
  assert.is(hub.clock.waiting, 0);
});

const refusals = [
  ["AUTH", "-WRONGPASS invalid username-password pair or user is disabled.\r\n", "UNAUTHORIZED"],
  ["HELLO", "-WRONGPASS invalid username-password pair or user is disabled.\r\n", "UNAUTHORIZED"],
  ["AUTH", "-ERR AUTH <password> called without any password configured for the default user. Are you sure?\r\n", "UNAUTHORIZED"],
  ["GHOST.DURABILITY", "-NOAUTH Authentication required.\r\n", "UNAUTHORIZED"],
  ["GHOST.NAMESPACE", "-NAMESPACE only the operator may choose\r\n", "UNAUTHORIZED"],
  ["HELLO", "-ERR unknown command 'HELLO', with args beginning with: '3' \r\n", "UNSUPPORTED"],
  ["HELLO", "-NOPROTO unsupported protocol version\r\n", "UNSUPPORTED"],
] as const;

for (const [command, answer, code] of refusals) {
  test(`${command} answered with ${answer.slice(0, 20).trim()}… ends the session for good`, async () => {
    const hub = new ScriptedHub();
    hub.script.set(command, answer);
    const session = hub.session({ identity: { token: "wrong", namespace: "shop" } });
    await failsWith(code, () => session.send(["PING"]));
    await failsWith(code, () => session.send(["PING"]));
    await failsWith(code, () => session.subscribe("channel", "a", { message: () => undefined, lost: () => undefined }));
    assert.is(hub.connections.length, 1);
    assert.is(hub.clock.waiting, 0);
  });
}

test("a hub that is too busy to greet is tried again", async () => {
  const hub = new ScriptedHub();
  hub.script.set("HELLO", "-ERR max number of clients reached\r\n");
  const session = hub.session();
  const reply = session.send(["PING"]);
  await hub.clock.pass(5);
  hub.script.delete("HELLO");
  await hub.clock.pass(50);
  assert.is(await reply, "OK");
});

/** A listener that writes down what it hears. */
function listener() {
  const heard: string[] = [];
  const message = (channel: string, payload: Uint8Array, position: string) =>
    heard.push(`${channel}: ${new TextDecoder().decode(payload)} ${position}`.trim());
  return { heard, message, lost: (count: number | null) => heard.push(`lost ${count}`) };
}

test("subscriptions go on after the last position, and tell what was lost", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  hub.script.set("GHOST.RESUME CHANNEL a", push("ghost.resume", "channel", "a", "e-7", 0, 0));
  const one = listener();
  await session.subscribe("channel", "a", one);
  hub.now.say(push("ghost.message", "a", "a", "e-8", "x"), push("ghost.message", "a", "a", "", "plain"));
  hub.script.set(
    "GHOST.RESUME CHANNEL a",
    push("ghost.resume", "channel", "a", "e-12", 1, 3) + push("ghost.message", "a", "a", "e-12", "y"),
  );
  hub.now.end();
  await hub.clock.pass(20);
  assert.is(hub.now.commands.at(-1), "GHOST.RESUME CHANNEL a e-8");
  assert.equal(one.heard, ["a: x e-8", "a: plain", "lost 3", "a: y e-12"]);
  hub.script.set("GHOST.RESUME CHANNEL a", push("ghost.resume", "channel", "a", "f-0", 0, -1));
  hub.now.end();
  await hub.clock.pass(20);
  assert.is(hub.now.commands.at(-1), "GHOST.RESUME CHANNEL a e-12");
  assert.is(one.heard.at(-1), "lost null");
  hub.now.end();
  await hub.clock.pass(100);
  assert.is(hub.now.commands.at(-1), "GHOST.RESUME CHANNEL a f-0");
});

test("a connection that ends amid what is made up for loses nothing of it", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  hub.script.set("GHOST.RESUME", push("ghost.resume", "pattern", "a*", "e-1", 0, 0));
  const one = listener();
  await session.subscribe("pattern", "a*", one);
  hub.script.set("GHOST.RESUME", push("ghost.resume", "pattern", "a*", "e-9", 2, 0) + push("ghost.message", "a*", "ab", "e-8", "x"));
  hub.now.end();
  await hub.clock.pass(20);
  hub.now.end();
  await hub.clock.pass(20);
  assert.is(hub.now.commands.at(-1), "GHOST.RESUME PATTERN a* e-8");
});

test("several listeners share one subscription, which ends with the last", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  hub.script.set("GHOST.RESUME", push("ghost.resume", "channel", "a", "e-1", 0, 0));
  hub.script.set("UNSUBSCRIBE", push("unsubscribe", "a", 0));
  const [one, other] = [listener(), listener()];
  const [endOne, endOther] = await Promise.all([session.subscribe("channel", "a", one), session.subscribe("channel", "a", other)]);
  assert.is(hub.now.commands.filter((command) => command.startsWith("GHOST.RESUME")).length, 1);
  await endOne();
  await endOne();
  hub.now.say(push("ghost.message", "a", "a", "e-2", "x"));
  await endOther();
  assert.equal([one.heard, other.heard], [[], ["a: x e-2"]]);
  assert.is(hub.now.commands.at(-1), "UNSUBSCRIBE a");
});

test("a plain Redis is subscribed to in its own words, and what passed meanwhile is told as lost", async () => {
  const hub = new ScriptedHub();
  hub.script.set("GHOST.DURABILITY", UNKNOWN);
  hub.script.set("SUBSCRIBE a", push("subscribe", "a", 1));
  hub.script.set("PSUBSCRIBE a*", push("psubscribe", "a*", 2));
  const session = hub.session();
  const [one, other] = [listener(), listener()];
  await session.subscribe("channel", "a", one);
  await session.subscribe("pattern", "a*", other);
  hub.now.say(push("message", "a", "1"), push("pmessage", "a*", "ab", "2"));
  hub.now.end();
  await hub.clock.pass(20);
  assert.equal(
    [one.heard, other.heard],
    [
      ["a: 1", "lost null"],
      ["ab: 2", "lost null"],
    ],
  );
});

test("a subscription that the server refuses fails alone, and messages in between do not confuse the order", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  hub.script.set("GHOST.RESUME", null);
  const [one, other] = [listener(), listener()];
  await session.send(["PING"]);
  const refused = session.subscribe("channel", "a", one).catch((error) => error.message);
  const accepted = session.subscribe("channel", "b", other);
  hub.script.set("GET", null);
  const reply = session.send(["GET", "x"]);
  await settled();
  hub.now.say(push("ghost.message", "c", "c", "e-1", "x"), "-LIMIT too many\r\n", push("ghost.resume", "channel", "b", "e-1", 0, 0));
  hub.now.say(push("ghost.message", "b", "b", "e-2", "x"), "+VALUE\r\n");
  assert.is(await refused, "LIMIT too many");
  await accepted;
  assert.is(await reply, "VALUE");
  assert.equal([one.heard, other.heard], [[], ["b: x e-2"]]);
});

test("more commands than may wait are refused", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.now.takes = false;
  hub.script.set("SLOW", null);
  for (let sent = 0; sent < PENDING_COMMANDS_MAX; sent++) session.send(["SLOW"]).catch(() => undefined);
  await failsWith("LIMIT_EXCEEDED", () => session.send(["ONE MORE"]));
  await hub.clock.pass(0);
  hub.now.end();
  await session.close();
});

test("subscriptions are no plain commands: what confirms them would be taken for another's reply", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  for (const command of ["SUBSCRIBE", "psubscribe", "Unsubscribe", "GHOST.RESUME"])
    await failsWith("USAGE", () => session.send([command, "a"]));
  await session.close();
});

test("a session of its own ends with its connection", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  const own = await session.open();
  hub.script.set("SLOW", null);
  const slow = own.send(["SLOW"]);
  await settled();
  hub.now.end();
  await failsWith("HUB_UNREACHABLE", () => slow);
  await failsWith("HUB_UNREACHABLE", () => own.send(["PING"]));
  hub.refuses = new Error("connect ENOENT");
  const error = await failsWith("HUB_UNREACHABLE", () => session.open());
  assert.match(error.message, /connect ENOENT/);
  assert.is(hub.clock.waiting, 0);
});

test("a connection that falls silent is asked, and then given up", async () => {
  const hub = new ScriptedHub();
  const session = hub.session({ silenceMs: 1_000 });
  await session.send(["PING"]);
  // What watches is loaded on demand.
  while (hub.clock.waiting === 0) await settled();
  const first = hub.now;
  await hub.clock.pass(5_500);
  assert.is(hub.now, first);
  assert.ok(first.commands.filter((command) => command === "PING").length >= 3);
  hub.script.set("PING", null);
  await hub.clock.pass(3_000);
  assert.ok(first.isClosed);
  assert.is(hub.connections.length, 2);
  const closing = session.close();
  await hub.clock.pass(1_000);
  await closing;
});

test("closing waits for the replies to what was sent, and not for ever", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.script.set("SLOW", null).set("PING", null);
  const slow = session.send(["SLOW"]);
  const closing = session.close();
  await settled();
  hub.now.say("+done\r\n+PONG\r\n");
  assert.is(await slow, "done");
  await closing;
  await failsWith("HUB_UNREACHABLE", () => session.send(["PING"]));
  const other = hub.session();
  const never = other.send(["SLOW"]).catch((error) => error.code);
  await settled();
  await settled();
  const end = other.close();
  await hub.clock.pass(1_000);
  await end;
  assert.is(await never, "HUB_UNREACHABLE");
});

test("bytes that are no replies end the connection", async () => {
  const hub = new ScriptedHub();
  const session = hub.session();
  await session.send(["PING"]);
  hub.now.say("HTTP/1.1 400 Bad Request\r\n");
  assert.is(hub.events.at(-1)?.event, "disconnected");
  await hub.clock.pass(20);
  hub.now.say("+nobody asked\r\n");
  assert.is(hub.events.at(-1)?.event, "disconnected");
  await session.close();
});

test.run();
