/** What a log does that knows which programs are alive: two lives of one name never hold a saga at the same time. */
import * as assert from "uvu/assert";
import type { SagaStep } from "../../core/saga/definition.ts";
import type { SagaLog } from "../../core/saga/saga-log.ts";
import { waitFor } from "../rig/wait.ts";
import { coordinator, inPlace, notingSteps, type SagaContract } from "./saga-contract.ts";

const PLAN = JSON.stringify([{ name: "a", run: [1, 1, 1], undo: [1, 1, 1] }]);

function life(number: number) {
  return { holder: `shop/0@${number}`, leaseMs: 60_000, plan: PLAN };
}

/** Registers the tests. `end`: ends the program that has this log. */
export function sagaLivesContract({ name, open }: SagaContract, end: (log: SagaLog) => Promise<void>): void {
  const it = inPlace(name, open);

  it("a later life takes over when the earlier one is gone, and not while it lives", async (place, older) => {
    const newer = place.open();
    await older.claim("order", "1", life(1), "1");
    assert.equal([await newer.free("order", "shop/0@2", 9), (await newer.claim("order", "1", life(2))).fence], [[], 0]);
    await older.renew("order", "1", 1);
    await end(older);
    await waitFor(async () => (await newer.free("order", "shop/0@2", 9)).length === 1, { what: "the hub to know that it is gone" });
    assert.is((await newer.claim("order", "1", life(2))).fence, 2);
  });

  it("a holder that has another connection by now lives as soon as it renews what it holds", async (place, first) => {
    const [again, newer] = [place.open(), place.open()];
    await first.claim("order", "1", life(1), "1");
    await again.renew("order", "1", 1);
    await end(first);
    assert.equal([await newer.free("order", "shop/0@2", 9), (await newer.claim("order", "1", life(2))).fence], [[], 0]);
  });

  it("what a living program of the same name holds hides nothing that is free behind it", async (place, older) => {
    const newer = place.open();
    for (const id of ["1", "2", "3"]) await older.claim("order", id, life(1), "1");
    await place.open().claim("order", "4", { ...life(1), leaseMs: 1 }, "1");
    await waitFor(async () => (await newer.free("order", "shop/0@2", 1))[0] === "4", { what: "the free one" });
  });

  it("of two programs that live under one name one has a saga, and the other goes on with it at once when that ends", async (place, log) => {
    const done: string[] = [];
    const hanging: SagaStep = { name: "b", run: () => new Promise(() => done.push("older")) };
    const older = coordinator(log, { holder: "shop/0@1" });
    const other = place.open();
    await using newer = coordinator(other, { holder: "shop/0@2", leaseMs: 60_000 });
    void older.define("order", [...notingSteps(["a"], done), hanging]).start(null, { id: "1" });
    await waitFor(() => done.includes("older"), { what: "the older one's step" });
    const order = newer.define("order", [...notingSteps(["a"], done), { name: "b", run: () => done.push("newer") }]);
    const result = order.start(null, { id: "1" });
    assert.equal(await other.free("order", "shop/0@2", 9), []);
    assert.equal(done, ["a", "older"]);
    await older[Symbol.asyncDispose]();
    await end(log);
    assert.is((await result).ok, true);
    assert.equal(done, ["a", "older", "newer"]);
  });
}
