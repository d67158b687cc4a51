import * as assert from "uvu/assert";
import type { BusProblem, Message, Subscription } from "../../core/bus/ghost-bus.ts";
import type { StandardSchema } from "../../core/bus/standard-schema.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { failsWith } from "../storage/expect.ts";
import type { BusCase } from "./bus-contract.ts";

/** Takes numbers, and doubles them; says where another value is wrong. */
export const doubled: StandardSchema<number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "number" ? { value: value * 2 } : { issues: [{ message: "expected a number", path: ["a", { key: 0 }] }] },
  },
};

async function take<T>(subscription: Subscription<T>, count: number): Promise<Message<T>[]> {
  const messages: Message<T>[] = [];
  while (messages.length < count) {
    const { done, value } = await subscription.next();
    if (done) break;
    messages.push(value);
  }
  return messages;
}

const dataOf = (messages: readonly Message[]): unknown[] => messages.map(({ data }) => data);
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Publishing and listening. */
export function busSubscribeContract(check: BusCase): void {
  check("a message reaches all who listen, with who sent it and when", async (place) => {
    const [sender, one, other] = [place.bus("shop"), place.bus().subscribe("orders"), place.bus().subscribe("orders")];
    await Promise.all([one.ready, other.ready]);
    const before = Date.now();
    assert.is(await sender.publish("orders", { id: 7, name: "größe" }, { id: "my-id", expiry: "1h", trace: "00-1-2-01" }), 2);
    assert.is(await sender.publish("else", 1), 0);
    for (const subscription of [one, other]) {
      const [message] = await take(subscription, 1);
      const { sentAtMs = 0, expiresAtMs = 0, ...rest } = message as Message;
      assert.equal(
        [rest.channel, rest.data, rest.id, rest.from, rest.trace],
        ["orders", { id: 7, name: "größe" }, "my-id", "shop", "00-1-2-01"],
      );
      assert.ok(sentAtMs >= before && sentAtMs <= Date.now());
      assert.is(expiresAtMs - sentAtMs, 3_600_000);
    }
  });

  check("messages come in the order in which they were sent", async (place) => {
    const [sender, listener] = [place.bus(), place.bus().subscribe<number>("n")];
    await listener.ready;
    await Promise.all(numbers(500).map((n) => sender.publish("n", n)));
    assert.equal(dataOf(await take(listener, 500)), numbers(500));
  });

  check("a glob listens to all channels that it matches, and to each message once", async (place) => {
    const [sender, bus] = [place.bus(), place.bus()];
    const [all, some, exact] = [bus.subscribe("metrics:*"), bus.subscribe("metrics:[ab]"), bus.subscribe("metrics:a")];
    await Promise.all([all.ready, some.ready, exact.ready]);
    const reached = [];
    for (const channel of ["metrics:a", "metrics:b", "metrics:größe", "metric"]) reached.push(await sender.publish(channel, channel));
    assert.equal(reached, [3, 2, 1, 0]);
    assert.equal(dataOf(await take(all, 3)), ["metrics:a", "metrics:b", "metrics:größe"]);
    assert.equal(
      (await take(some, 2)).map(({ channel }) => channel),
      ["metrics:a", "metrics:b"],
    );
    assert.equal(dataOf(await take(exact, 1)), ["metrics:a"]);
  });

  check("what other programs send is its JSON, its text or its bytes", async (place) => {
    const listener = place.bus().subscribe("raw");
    await listener.ready;
    const sent = ["42", '{"a":[1]}', "hello", "", '{"v":1,"id":3,"data":1}', '{"v":2,"id":"x","data":1}', new Uint8Array([255, 0, 1])];
    for (const payload of sent) await place.raw("raw", payload);
    const messages = await take(listener, sent.length);
    assert.equal(dataOf(messages), [
      42,
      { a: [1] },
      "hello",
      "",
      { v: 1, id: 3, data: 1 },
      { v: 2, id: "x", data: 1 },
      new Uint8Array([255, 0, 1]),
    ]);
    assert.ok(messages.every(({ id, from, sentAtMs }) => id === undefined && from === undefined && sentAtMs === undefined));
  });

  check("bytes go as they are, nothing is null, and what JSON cannot hold is refused", async (place) => {
    const [sender, listener] = [place.bus(), place.bus().subscribe("bytes")];
    await listener.ready;
    await sender.publish("bytes", new Uint8Array([1, 254, 0]));
    await sender.publish("bytes", undefined);
    assert.equal(dataOf(await take(listener, 2)), [new Uint8Array([1, 254, 0]), null]);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [1n, () => 1, circle, Symbol("x")]) await failsWith("USAGE", () => sender.publish("bytes", value));
    await failsWith("USAGE", () => sender.publish("bytes", 1, { expiry: "5" as "5s" }));
  });

  check("what has expired is left out and counted", async (place) => {
    const [sender, listener] = [place.bus(), place.bus().subscribe("soon")];
    await listener.ready;
    await sender.publish("soon", "gone", { expiry: "20ms" });
    await sender.publish("soon", "here", { expiry: "1h" });
    await waitFor(() => listener.counts.received === 2, { what: "both messages" });
    await pause(25);
    assert.equal(dataOf(await take(listener, 1)), ["here"]);
    assert.equal(listener.counts, { received: 2, expired: 1, invalid: 0, dropped: 0, lost: 0 });
  });

  check("a schema checks and changes what comes; the rest is told", async (place) => {
    const problems: BusProblem[] = [];
    const listener = place.bus("me", { onProblem: (problem) => problems.push(problem) }).subscribe("n", { schema: doubled });
    await listener.ready;
    const sender = place.bus();
    for (const value of [1, "two", 3]) await sender.publish("n", value);
    assert.equal(dataOf(await take(listener, 2)), [2, 6]);
    assert.is(listener.counts.invalid, 1);
    const [problem] = problems as [Extract<BusProblem, { is: "invalid" }>];
    assert.equal([problem.is, problem.error.code, problem.message.data], ["invalid", "MESSAGE_INVALID", "two"]);
    assert.match(problem.error.message, /a\.0: expected a number/);
  });

  check("leaving the loop ends the subscription", async (place) => {
    const [sender, bus] = [place.bus(), place.bus()];
    const listener = bus.subscribe<number>("n");
    await listener.ready;
    await sender.publish("n", 1);
    for await (const { data } of listener) {
      assert.is(data, 1);
      break;
    }
    assert.is(await sender.publish("n", 2), 0);
    assert.equal(await listener.next(), { done: true, value: undefined });
  });

  check("a signal ends the loop, and a loop that waits as well", async (place) => {
    const controller = new AbortController();
    const [sender, listener] = [place.bus(), place.bus().subscribe("n", { signal: controller.signal })];
    await listener.ready;
    const waiting = listener.next();
    controller.abort();
    assert.equal(await waiting, { done: true, value: undefined });
    await waitFor(async () => (await sender.publish("n", 1)) === 0, { what: "the subscription's end" });
    assert.is((await place.bus().subscribe("n", { signal: controller.signal }).next()).done, true);
  });

  check("who cannot keep up is told, unless another policy was chosen", async (place) => {
    const [sender, bus] = [place.bus(), place.bus()];
    const listener = bus.subscribe("n", { buffer: 10 });
    await listener.ready;
    for (const n of numbers(11)) await sender.publish("n", n);
    await waitFor(() => listener.counts.received === 11, { what: "all messages" });
    assert.equal(dataOf(await take(listener, 10)), numbers(10));
    const error = await failsWith("LIMIT_EXCEEDED", () => listener.next());
    assert.match(error.message, /^cannot keep up with n: 10 messages wait$/);
    assert.is((await listener.next()).done, true);
    await waitFor(async () => (await sender.publish("n", 1)) === 0, { what: "the subscription's end" });
  });

  for (const [overflow, left] of [
    ["drop-oldest", numbers(30).slice(20)],
    ["drop-new", numbers(10)],
  ] as const) {
    check(`under ${overflow} it is dropped, counted and told once`, async (place) => {
      const problems: string[] = [];
      const listener = place.bus().subscribe("n", { buffer: 10, overflow, onProblem: ({ is }) => problems.push(is) });
      await listener.ready;
      const sender = place.bus();
      for (const n of numbers(30)) await sender.publish("n", n);
      await waitFor(() => listener.counts.received === 30, { what: "all messages" });
      assert.equal(dataOf(await take(listener, 10)), left);
      assert.equal([listener.counts.dropped, problems], [20, ["dropping"]]);
    });
  }

  check("under block everything comes in its order, and nobody else waits", async (place) => {
    const [sender, bus] = [place.bus(), place.bus()];
    const slow = bus.subscribe<string>("n", { buffer: 20, overflow: "block" });
    const other = bus.subscribe<string>("n");
    await Promise.all([slow.ready, other.ready]);
    const text = "x".repeat(4_000);
    const all = numbers(2_000);
    for (let n = 0; n < all.length; n += 100) await Promise.all(all.slice(n, n + 100).map((one) => sender.publish("n", `${one}${text}`)));
    assert.is((await take(other, all.length)).length, all.length);
    const came = (await take(slow, all.length)).map(({ data }) => Number.parseInt(data, 10));
    assert.equal(came, all);
    assert.equal([slow.counts.dropped, slow.counts.lost], [0, 0]);
  });

  check("a handler gets messages one after the other, and its failures are told", async (place) => {
    const problems: BusProblem[] = [];
    const bus = place.bus("me", { onProblem: (problem) => problems.push(problem) });
    const handled: number[] = [];
    let running = 0;
    await using subscription = bus.subscribe<number>("n", async (data, message) => {
      assert.is(++running, 1);
      assert.is(message.from, "you");
      await pause(1);
      running--;
      handled.push(data);
      if (data === 1) throw new Error("not this one");
    });
    await subscription.ready;
    const sender = place.bus("you");
    for (const n of numbers(5)) await sender.publish("n", n);
    await waitFor(() => handled.length === 5, { what: "all messages" });
    assert.equal(handled, numbers(5));
    assert.equal(
      problems.map((problem) => [problem.is, problem.is === "failed" && (problem.error as Error).message]),
      [["failed", "not this one"]],
    );
  });

  check("a handler may have several messages at the same time; its end waits for them", async (place) => {
    const sender = place.bus();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const handled: unknown[] = [];
    const subscription = place.bus().subscribe("n", (data) => gate.then(() => handled.push(data)), { concurrency: 3 });
    await subscription.ready;
    for (const n of numbers(7)) await sender.publish("n", n);
    await waitFor(() => subscription.counts.received === 7, { what: "all messages" });
    const end = subscription[Symbol.asyncDispose]();
    setTimeout(release, 20);
    await end;
    assert.equal(handled, numbers(3));
  });

  check("a closed bus refuses everything, and its loops are over", async (place) => {
    const bus = place.bus();
    const listener = bus.subscribe("n");
    await listener.ready;
    const waiting = listener.next();
    const silent = place.bus().subscribe("silent");
    await silent.ready;
    const asked = failsWith("BUS_CLOSED", () => bus.request("silent", 1));
    await bus[Symbol.asyncDispose]();
    assert.is((await waiting).done, true);
    await asked;
    await failsWith("BUS_CLOSED", () => bus.publish("n", 1));
    await failsWith("BUS_CLOSED", () => bus.subscribe("n"));
    await bus[Symbol.asyncDispose]();
  });
}
