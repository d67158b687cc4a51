import { test } from "uvu";
import * as assert from "uvu/assert";
import { type InvalidationSession, SessionInvalidation } from "./session-invalidation.ts";

type SessionListener = Parameters<InvalidationSession["subscribe"]>[2];

/** A session that the test drives, and what its listener was told. */
function makeWorld() {
  const told: unknown[] = [];
  const sent: string[] = [];
  const session = {
    listener: null as SessionListener | null,
    failure: null as Error | null,
    pings: [] as (() => void)[],
    async send(args: readonly string[]): Promise<unknown> {
      sent.push(args.join(" "));
      if (args[0] === "PING") await new Promise<void>((resolve) => session.pings.push(resolve));
      return 1;
    },
    async subscribe(_: string, name: string, listener: SessionListener): Promise<() => Promise<void>> {
      if (session.failure) throw session.failure;
      sent.push(`SUBSCRIBE ${name}`);
      session.listener = listener;
      return async () => void sent.push(`UNSUBSCRIBE ${name}`);
    },
  };
  const bus = new SessionInvalidation(session);
  const listener = {
    message: (payload: unknown) => void told.push(payload),
    connected: () => void told.push("connected"),
    lost: () => void told.push("lost"),
  };
  return { bus, session, listener, told, sent };
}

/** Lets promises that are settled be heard. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

test("messages come as values; the listener is told when they do", async () => {
  const { bus, session, listener, told, sent } = makeWorld();
  const subscription = bus.subscribe("cache:invalidation", listener);
  await turn();
  session.listener?.message("cache:invalidation", Buffer.from('{"a":1}'));
  session.listener?.message("cache:invalidation", Buffer.from("user:1"));
  assert.equal(told, ["connected", { a: 1 }, "user:1"]);
  await bus.publish("cache:invalidation", { ghost: "invalidation/1", from: "a", seq: 1, namespace: "shop", keys: ["x"] });
  await subscription[Symbol.asyncDispose]();
  assert.equal(sent, [
    "SUBSCRIBE cache:invalidation",
    'PUBLISH cache:invalidation {"ghost":"invalidation/1","from":"a","seq":1,"namespace":"shop","keys":["x"]}',
    "UNSUBSCRIBE cache:invalidation",
  ]);
});

test("a lost connection is told at once, the next one when the subscription is made again", async () => {
  const { bus, session, listener, told } = makeWorld();
  bus.subscribe("c", listener);
  await turn();
  bus.onSessionEvent({ event: "disconnected" });
  bus.onSessionEvent({ event: "connected" });
  await turn();
  assert.equal(told, ["connected", "lost"]);
  session.pings.shift()?.();
  await turn();
  assert.equal(told, ["connected", "lost", "connected"]);
});

test("what an earlier connection confirms late is no news", async () => {
  const { bus, session, listener, told } = makeWorld();
  bus.subscribe("c", listener);
  await turn();
  bus.onSessionEvent({ event: "connected" });
  await turn();
  bus.onSessionEvent({ event: "disconnected" });
  session.pings.shift()?.();
  await turn();
  assert.equal(told, ["connected", "lost"]);
});

test("a subscription that could not be made is made at the next connection", async () => {
  const { bus, session, listener, told } = makeWorld();
  session.failure = new Error("no hub");
  bus.subscribe("c", listener);
  await turn();
  assert.equal(told, []);
  session.failure = null;
  bus.onSessionEvent({ event: "connected" });
  await turn();
  assert.equal(told, ["connected"]);
});

test("messages that the hub could not keep make what is known doubtful", async () => {
  const { bus, session, listener, told } = makeWorld();
  bus.subscribe("c", listener);
  await turn();
  session.listener?.lost(3);
  assert.equal(told, ["connected", "connected"]);
});

test.run();
