import * as assert from "uvu/assert";
import type { BusProblem, Consumer, Delivery } from "../../core/bus/ghost-bus.ts";
import { pause, waitFor } from "../rig/wait.ts";
import type { BusCase } from "./bus-contract.ts";
import { doubled } from "./bus-subscribe-contract.ts";

async function next<T>(consumer: Consumer<T>): Promise<Delivery<T>> {
  const { done, value } = await consumer.next();
  assert.not.ok(done, "a message");
  return value as Delivery<T>;
}

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of iterable) list.push(one);
  return list;
}

/** Persistent messages. */
export function busStreamContract(check: BusCase): void {
  check("a persistent message reaches who listens now, and who reads later", async (place) => {
    const [sender, listener] = [place.bus("shop"), place.bus().subscribe("audit")];
    await listener.ready;
    const before = Date.now();
    const receipt = await sender.publishPersistent("audit", { action: "created" }, { retention: "30d" });
    assert.equal([receipt.receivers, receipt.isDuplicate], [1, false]);
    assert.equal((await listener.next()).value?.data, { action: "created" });
    const [kept] = await all(place.bus().history("audit"));
    assert.equal([kept?.data, kept?.from, kept?.position], [{ action: "created" }, "shop", receipt.entryId]);
    await pause(2);
    const middle = Date.now();
    await sender.publishPersistent("audit", 2);
    const read = async (options: object) => (await all(place.bus().history("audit", options))).map(({ data }) => data);
    assert.equal(await read({ from: middle }), [2]);
    assert.equal(await read({ from: before, to: middle - 1 }), [{ action: "created" }]);
    assert.equal(await read({ limit: 1 }), [{ action: "created" }]);
    assert.equal(await all(place.bus().history("nothing")), []);
  });

  check("two messages with one id are one", async (place) => {
    const [bus, listener] = [place.bus(), place.bus().subscribe("audit")];
    await listener.ready;
    const first = await bus.publishPersistent("audit", 1, { id: "order-7" });
    const second = await place.bus().publishPersistent("audit", 1, { id: "order-7" });
    assert.equal([second.isDuplicate, second.entryId], [true, first.entryId]);
    await bus.publishPersistent("audit", 2, { id: "order-8" });
    assert.equal([(await listener.next()).value?.data, (await listener.next()).value?.data], [1, 2]);
    assert.is((await all(bus.history("audit"))).length, 2);
  });

  check("long histories are read to their end, in order", async (place) => {
    const bus = place.bus();
    await Promise.all(Array.from({ length: 600 }, (_, n) => bus.publishPersistent("long", n)));
    assert.equal(
      (await all(bus.history("long"))).map(({ data }) => data),
      Array.from({ length: 600 }, (_, n) => n),
    );
    assert.is((await all(bus.history("long", { limit: 300 }))).length, 300);
  });

  check("what is kept is bounded by number and by age", async (place) => {
    const bus = place.bus();
    for (const n of [1, 2, 3, 4]) await bus.publishPersistent("short", n, { maxLength: 2 });
    assert.equal(
      (await all(bus.history("short"))).map(({ data }) => data),
      [3, 4],
    );
    await bus.publishPersistent("brief", 1, { retention: "30ms" });
    await waitFor(
      async () => {
        await bus.publishPersistent("brief", "new", { retention: "30ms" });
        return !(await all(bus.history("brief"))).some(({ data }) => data === 1);
      },
      { what: "the old message to be gone" },
    );
  });

  check("each message goes to one member of each group, and is done when it is acknowledged", async (place) => {
    const bus = place.bus();
    await Promise.all(Array.from({ length: 40 }, (_, n) => bus.publishPersistent("orders", n)));
    const taken = new Map<unknown, number>();
    const members = ["one", "two"].map((consumer) =>
      place.bus().consume<number>("orders", { group: "billing", consumer, batch: 3, concurrency: 2 }, (data) => {
        taken.set(data, (taken.get(data) ?? 0) + 1);
      }),
    );
    await waitFor(() => taken.size === 40, { what: "all messages" });
    assert.ok([...taken.values()].every((count) => count === 1));
    for (const member of members) await member[Symbol.asyncDispose]();
    await using other = place.bus().consume<number>("orders", { group: "shipping", batch: 1 });
    const delivery = await next(other);
    assert.equal([delivery.data, delivery.deliveries, delivery.channel], [0, 1, "orders"]);
    assert.equal([await delivery.ack(), await delivery.ack()], [true, false]);
  });

  check("a member that waits gets a message as it is published", async (place) => {
    await using consumer = place.bus().consume<number>("orders", { group: "g" });
    const waiting = next(consumer);
    await pause(50);
    const publishedAt = performance.now();
    await place.bus().publishPersistent("orders", 1);
    assert.is((await waiting).data, 1);
    assert.ok(performance.now() - publishedAt < 2_000);
  });

  check("a group begins with what is kept, with what comes, or at a time", async (place) => {
    const bus = place.bus();
    await bus.publishPersistent("orders", "old");
    await pause(3);
    const time = Date.now();
    await using fresh = place.bus().consume("orders", { group: "fresh", from: "new" });
    const waiting = next(fresh);
    // It is there when its group is.
    await pause(200);
    await bus.publishPersistent("orders", "young");
    assert.is((await waiting).data, "young");
    await using all = place.bus().consume("orders", { group: "all" });
    assert.is((await next(all)).data, "old");
    await using late = place.bus().consume("orders", { group: "late", from: time });
    assert.is((await next(late)).data, "young");
  });

  check("what is refused comes again, at once or after a pause", async (place) => {
    const bus = place.bus();
    await bus.publishPersistent("orders", 1);
    await using consumer = place.bus().consume("orders", { group: "g", redeliverAfter: "10s" });
    const first = await next(consumer);
    await first.nak();
    const second = await next(consumer);
    assert.equal([second.entryId, second.deliveries], [first.entryId, 2]);
    const refusedAt = performance.now();
    await second.nak("300ms");
    const third = await next(consumer);
    const tookMs = performance.now() - refusedAt;
    assert.ok(tookMs >= 250 && tookMs < 4_000, `after ${tookMs} ms`);
    assert.is(third.deliveries, 3);
    await third.ack();
  });

  check("what nobody acknowledged goes to another member after a time that counts from its delivery", async (place) => {
    const bus = place.bus();
    await bus.publishPersistent("orders", 1);
    const lazy = place.bus().consume("orders", { group: "g", consumer: "lazy", redeliverAfter: "400ms" });
    const first = await next(lazy);
    const takenAt = performance.now();
    await lazy[Symbol.asyncDispose]();
    await using eager = place.bus().consume("orders", { group: "g", consumer: "eager", redeliverAfter: "400ms" });
    const again = await next(eager);
    assert.ok(performance.now() - takenAt >= 350);
    assert.equal([again.entryId, again.deliveries], [first.entryId, 2]);
    await again.extend();
    await again.ack();
  });

  check("what fails too often becomes a dead letter", async (place) => {
    const problems: BusProblem[] = [];
    const bus = place.bus("me", { onProblem: (problem) => problems.push(problem) });
    await bus.publishPersistent("orders", "poison");
    await bus.publishPersistent("orders", "good");
    const seen: unknown[] = [];
    const options = { group: "g", deliveryLimit: 3, retryDelay: "1ms", redeliverAfter: "200ms" } as const;
    await using _member = bus.consume<string>("orders", options, (data) => {
      seen.push(data);
      if (data === "poison") throw new Error("ouch");
    });
    await using undertaker = place.bus().consume("orders:dead", { group: "undertaker" });
    assert.is((await next(undertaker)).data, "poison");
    assert.equal(seen.filter((data) => data === "poison").length, 3);
    await waitFor(() => seen.includes("good"), { what: "the other message" });
    assert.ok(problems.every(({ is }) => is === "failed"));
  });

  check("what a schema does not take becomes a dead letter, too", async (place) => {
    const bus = place.bus();
    await bus.publishPersistent("n", "two");
    await bus.publishPersistent("n", 3);
    const problems: string[] = [];
    await using consumer = place
      .bus()
      .consume("n", { group: "g", schema: doubled, deliveryLimit: 2, deadLetters: "bad", onProblem: ({ is }) => problems.push(is) });
    const delivery = await next(consumer);
    assert.is(delivery.data, 6);
    await delivery.ack();
    const waiting = consumer.next();
    await using undertaker = place.bus().consume("bad", { group: "undertaker" });
    assert.is((await next(undertaker)).data, "two");
    assert.equal(problems, ["invalid", "invalid"]);
    await consumer.return?.();
    assert.is((await waiting).done, true);
  });

  check("a member's loop ends with its signal, and with its bus", async (place) => {
    const controller = new AbortController();
    const waiting = place.bus().consume("none", { group: "g", signal: controller.signal }).next();
    const bus = place.bus();
    const other = bus.consume("none", { group: "g" }).next();
    await pause(50);
    controller.abort();
    assert.is((await waiting).done, true);
    await bus[Symbol.asyncDispose]();
    assert.is((await other).done, true);
  });
}
