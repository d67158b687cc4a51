import * as assert from "uvu/assert";
import type { Answer } from "../../core/bus/ghost-bus.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { failsWith } from "../storage/expect.ts";
import type { BusCase } from "./bus-contract.ts";
import { doubled } from "./bus-subscribe-contract.ts";

async function all<T>(answers: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const answer of answers) list.push(answer);
  return list;
}

/** Requests and answers. */
export function busRequestContract(check: BusCase): void {
  check("a request gets its answer", async (place) => {
    const responder = place.bus("users").respond<{ id: number }>("user:query", ({ id }, request) => ({ id, asked: request.from }));
    await responder.ready;
    const bus = place.bus("shop");
    assert.equal(await bus.request("user:query", { id: 7 }), { id: 7, asked: "shop" });
    assert.equal(await bus.request("user:query", { id: 8 }, { timeout: "1s" }), { id: 8, asked: "shop" });
    await responder.unsubscribe();
    await failsWith("NO_RESPONDERS", () => bus.request("user:query", { id: 9 }));
  });

  check("many requests at once each get their own answer", async (place) => {
    await using responder = place.bus().respond<number>("square", async (n) => {
      await Promise.resolve();
      return n * n;
    });
    await responder.ready;
    const buses = [place.bus(), place.bus()];
    const asked = Array.from({ length: 400 }, (_, n) => buses[n % 2]?.request<number>("square", n));
    assert.equal(
      await Promise.all(asked),
      Array.from({ length: 400 }, (_, n) => n * n),
    );
  });

  check("nobody listens: that is told at once", async (place) => {
    const startedAt = performance.now();
    const error = await failsWith("NO_RESPONDERS", () => place.bus().request("nobody", 1, { timeout: "20s" }));
    assert.match(error.message, /^cannot ask nobody: nobody listens there$/);
    assert.ok(performance.now() - startedAt < 5_000);
    await failsWith("NO_RESPONDERS", () => all(place.bus().requestMany("nobody", 1)));
  });

  check("somebody listens and does not answer: that takes the time it was given", async (place) => {
    const listener = place.bus().subscribe("silent");
    await listener.ready;
    const bus = place.bus();
    await failsWith("TIMED_OUT", () => bus.request("silent", 1, { timeout: "50ms" }));
    assert.equal(await all(bus.requestMany("silent", 1, { timeout: "50ms" })), []);
    const controller = new AbortController();
    const asked = bus.request("silent", 1, { signal: controller.signal }).catch((error: Error) => error);
    controller.abort(new Error("enough"));
    assert.is(((await asked) as Error).message, "enough");
  });

  check("a responder's failure is the requester's", async (place) => {
    const problems: string[] = [];
    await using bad = place.bus("bad", { onProblem: ({ is }) => problems.push(is) }).respond<string>("bad", (what) => {
      if (what === "coded") throw new GhostError("NOT_FOUND", "cannot find it", { hint: "look elsewhere", details: { key: 1 } });
      if (what === "bytes") return new Uint8Array(1);
      throw new TypeError("oops");
    });
    await bad.ready;
    const bus = place.bus();
    const coded = await failsWith("NOT_FOUND", () => bus.request("bad", "coded"));
    assert.equal([coded.message, coded.hint, coded.details], ["cannot find it", "look elsewhere", { key: 1, from: "bad" }]);
    assert.is((await failsWith("FAILED", () => bus.request("bad", "other"))).message, "oops");
    await failsWith("USAGE", () => bus.request("bad", "bytes"));
    assert.equal(problems, ["failed"]);
  });

  check("schemas check the request and the answer", async (place) => {
    await using strict = place.bus().respond<number>("strict", (n) => (n > 100 ? "much" : n), { schema: doubled });
    await strict.ready;
    const bus = place.bus();
    assert.is(await bus.request("strict", 4, { schema: doubled }), 16);
    assert.match((await failsWith("MESSAGE_INVALID", () => bus.request("strict", "four"))).message, /this request to strict/);
    assert.match(
      (await failsWith("MESSAGE_INVALID", () => bus.request("strict", 60, { schema: doubled }))).message,
      /the answer of strict/,
    );
  });

  check("several answer: all of them, or as many as are wanted", async (place) => {
    const names = ["a", "b", "c"];
    const responders = names.map((name) =>
      place.bus(name).respond("who", () => {
        if (name === "c") throw new GhostError("NOT_FOUND", "cannot say");
        return name;
      }),
    );
    await Promise.all(responders.map(({ ready }) => ready));
    const bus = place.bus();
    const told = (answer: Answer<string>): string => (answer.is === "answer" ? answer.data : `${answer.from}: ${answer.error.message}`);
    const startedAt = performance.now();
    const answers = await all(bus.requestMany<string>("who", null, { timeout: "20s" }));
    assert.equal(answers.map(told).sort(), ["a", "b", "c: cannot say"]);
    assert.ok(performance.now() - startedAt < 5_000, "it does not wait for the time when all have answered");
    assert.is((await all(bus.requestMany("who", null, { max: 2 }))).length, 2);
    assert.ok(names.includes(await bus.request<string>("who", null).catch(() => "c")));
  });
}
