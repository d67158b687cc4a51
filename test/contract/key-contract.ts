import * as assert from "uvu/assert";
import type { Duration } from "../../core/config/duration.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { waitFor } from "../rig/wait.ts";
import type { Case } from "./data-contract.ts";
import { rejects, sorted } from "./expect.ts";

/** What JSON can hold, and some that is often lost. */
const VALUES: Readonly<Record<string, unknown>> = {
  text: "text",
  "an empty text": "",
  "text that looks like a number": "12",
  "text that looks like JSON": '{"a":1}',
  "text beyond ASCII": "größe 👻 \u0000 \n",
  number: -1.5,
  zero: 0,
  null: null,
  false: false,
  list: [1, [2], null],
  object: { a: { b: ["c"] }, "": 0 },
  "a long text": "x".repeat(300_000),
};
const KEYS = ["plain", "with:colons", "with spaces", "größe", "*?[a]\\", "shared:key", ""];

/** Keys: get, set, delete, batches, expiry, counting, scanning, versions, cancelling, closing. */
export function keyContract(check: Case, has: { readonly versions: boolean; readonly spaces: boolean }): void {
  for (const [what, value] of Object.entries(VALUES)) {
    check(`${what} comes back equal`, async (data) => {
      await data.set("key", value);
      assert.equal(await data.get("key"), value);
      assert.equal(await data.getBatch(["key"]), new Map([["key", value]]));
    });
  }
  for (const key of KEYS) {
    check(`a key may be ${JSON.stringify(key)}`, async (data) => {
      await data.set(key, 1);
      assert.is(await data.get(key), 1);
      assert.equal(await data.getBatch([key]), new Map([[key, 1]]));
      assert.is(await data.delete(key), true);
      assert.is(await data.get(key), undefined);
    });
  }
  check("what is given back is the caller's own", async (data) => {
    const value = { list: [1] };
    await data.set("key", value);
    value.list.push(2);
    const first = await data.get<typeof value>("key");
    first?.list.push(3);
    assert.equal(await data.get("key"), { list: [1] });
  });
  check("a key that is not there is undefined, and there is nothing to delete", async (data) => {
    assert.is(await data.get("none"), undefined);
    assert.is(await data.delete("none"), false);
    assert.equal(await data.getBatch(["none"]), new Map());
  });
  check("a later value takes the place of an earlier one, whatever its kind", async (data) => {
    await data.set("key", "text");
    assert.is(await data.get("key"), "text");
    await data.set("key", [1]);
    assert.equal(await data.get("key"), [1]);
    await data.delete("key");
    assert.is(await data.get("key"), undefined);
  });
  refusals(check);
  batches(check);
  expiry(check);
  counting(check);
  scanning(check, has);
  if (has.versions) versions(check);
  cancelling(check);
  check("to invalidate forgets copies, and never data", async (data) => {
    await data.setBatch({ "user:1": 1, "user:2": 2 });
    assert.is(await data.get("user:1"), 1);
    await data.invalidate("user:1");
    await data.invalidateBatch(["user:1", "user:2", "none"]);
    await data.invalidatePattern("user:*");
    assert.equal(await data.getBatch(["user:1", "user:2"]), new Map(Object.entries({ "user:1": 1, "user:2": 2 })));
  });
  check("once closed it refuses, and is closed once", async (data) => {
    await data[Symbol.asyncDispose]();
    await rejects(data.get("key"), "DATA_CLOSED");
    await rejects(data.set("key", 1), "DATA_CLOSED");
    await rejects(sorted(data.scan()), "DATA_CLOSED");
    await rejects(data.beginTransaction(), "DATA_CLOSED");
    await data[Symbol.asyncDispose]();
  });
}

function refusals(check: Case): void {
  const values: [string, unknown][] = [
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["bytes", new Uint8Array(2)],
    ["a bigint", 1n],
  ];
  for (const [what, value] of values) {
    check(`${what} is refused, and changes nothing`, async (data) => {
      await data.set("key", "before");
      await rejects(data.set("key", value), "USAGE", /cannot store the value of key/);
      await rejects(data.setBatch({ other: 1, key: value }), "USAGE", /cannot store the value of key/);
      assert.equal(await data.getBatch(["key", "other"]), new Map([["key", "before"]]));
    });
  }
  check("an expiry without a unit, or of no time, is refused", async (data) => {
    await rejects(data.set("key", 1, { expiry: 10 as unknown as Duration }), "USAGE", /a duration needs a unit/);
    await rejects(data.set("key", 1, { expiry: "0s" }), "USAGE", /a duration needs a unit and is above 0/);
    await rejects(data.setBatch({ key: 1 }, { expiry: "soon" as Duration }), "USAGE", /a duration needs a unit/);
    assert.is(await data.get("key"), undefined);
  });
  check("a key that is no text is refused", async (data) => {
    await rejects(data.get(1 as unknown as string), "USAGE", /as a key/);
    await rejects(data.set(null as unknown as string, 1), "USAGE", /as a key/);
  });
}

function batches(check: Case): void {
  check("batches store, give what is there, and delete", async (data) => {
    await data.setBatch(
      new Map<string, unknown>([
        ["a", 1],
        ["b", null],
      ]),
    );
    await data.setBatch({ c: { d: 1 } });
    const found = await data.getBatch(["a", "none", "c", "b", "a"]);
    assert.equal(Object.fromEntries(found), { a: 1, b: null, c: { d: 1 } });
    assert.is(await data.deleteBatch(["a", "none", "b", "a"]), 2);
    assert.equal(await data.getBatch(["a", "b"]), new Map());
    assert.equal(await data.get("c"), { d: 1 });
  });
  check("empty batches are fine", async (data) => {
    await data.setBatch({});
    assert.equal(await data.getBatch([]), new Map());
    assert.is(await data.deleteBatch([]), 0);
  });
  check("a batch of a thousand keys", async (data) => {
    const items = new Map(Array.from({ length: 1000 }, (_, index) => [`key:${index}`, { index }]));
    await data.setBatch(items);
    assert.equal(await data.getBatch(items.keys()), items);
    assert.is(await data.deleteBatch(items.keys()), 1000);
  });
}

function expiry(check: Case): void {
  check("a key is gone after its expiry, wherever it is looked for", async (data) => {
    await data.set("key", 1, { expiry: "30ms" });
    await data.setBatch({ a: 1, b: 2 }, { expiry: "30ms" });
    await data.set("stays", 1);
    await gone(data, "key");
    await gone(data, "b");
    assert.equal(await data.getBatch(["key", "a", "b", "stays"]), new Map([["stays", 1]]));
    assert.is(await data.delete("key"), false);
    assert.equal(await sorted(data.scan()), ["stays"]);
  });
  check("a key that was read is gone after its expiry, too", async (data) => {
    await data.set("key", 1, { expiry: "500ms" });
    assert.is(await data.get("key"), 1);
    assert.equal(await data.getBatch(["key"]), new Map([["key", 1]]));
    await gone(data, "key");
  });
  check("storing again without an expiry makes a key stay, with one it counts anew", async (data) => {
    await data.setBatch({ a: 1, b: 1, probe: 1 }, { expiry: "30ms" });
    await data.set("a", 2);
    await data.set("b", 2, { expiry: "1h" });
    await gone(data, "probe");
    assert.equal(Object.fromEntries(await data.getBatch(["a", "b"])), { a: 2, b: 2 });
  });
}

async function gone(data: GhostData, key: string): Promise<void> {
  await waitFor(async () => (await data.get(key)) === undefined, { what: `${key} to expire` });
}

function counting(check: Case): void {
  check("counting begins at 0, goes both ways, and is a number to others", async (data) => {
    assert.is(await data.increment("count"), 1);
    assert.is(await data.increment("count", 10), 11);
    assert.is(await data.increment("count", -12), -1);
    assert.is(await data.get("count"), -1);
    await data.set("count", 41);
    assert.is(await data.increment("count"), 42);
  });
  check("nobody's count is lost", async (data) => {
    await Promise.all(Array.from({ length: 8 }, () => data.increment("count")));
    assert.is(await data.get("count"), 8);
  });
  check("counting keeps the expiry", async (data) => {
    await data.set("count", 1, { expiry: "300ms" });
    assert.is(await data.increment("count"), 2);
    await gone(data, "count");
    assert.is(await data.increment("count"), 1);
  });
  for (const value of ["text", 1.5, null, { a: 1 }, "5"])
    check(`${JSON.stringify(value)} cannot be counted`, async (data) => {
      await data.set("count", value);
      await rejects(data.increment("count"), "WRONG_TYPE", /cannot increment count/);
      assert.equal(await data.get("count"), value);
    });
  check("fractions are no increments", async (data) => {
    await rejects(data.increment("count", 0.5), "USAGE");
    await rejects(data.increment("count", Number.NaN), "USAGE");
  });
}

function scanning(check: Case, has: { readonly spaces: boolean }): void {
  check("a scan gives the keys that match, as Redis's globs match", async (data) => {
    await data.setBatch({ "user:1": 1, "user:2": 1, "user:10": 1, "order:1": 1, größe: 1 });
    assert.equal(await sorted(data.scan()), ["größe", "order:1", "user:1", "user:10", "user:2"]);
    assert.equal(await sorted(data.scan("user:?")), ["user:1", "user:2"]);
    assert.equal(await sorted(data.scan("*:1*")), ["order:1", "user:1", "user:10"]);
    assert.equal(await sorted(data.scan("user:[^1]")), ["user:2"]);
    assert.equal(await sorted(data.scan("gr*e")), ["größe"]);
    assert.equal(await sorted(data.scan("none*")), []);
  });
  if (has.spaces)
    check("keys of all apps come in a scan that asks for them", async (data) => {
      await data.setBatch({ key: 1, "shared:key": 1, "shared:other": 1 });
      assert.equal(await sorted(data.scan()), ["key"]);
      assert.equal(await sorted(data.scan("*key")), ["key"]);
      assert.equal(await sorted(data.scan("shared:*")), ["shared:key", "shared:other"]);
      assert.equal(await sorted(data.scan("shared:k*")), ["shared:key"]);
    });
  check("a scan gives all of many keys", async (data) => {
    const items = new Map(Array.from({ length: 3000 }, (_, index) => [`key:${index}`, index]));
    await data.setBatch(items);
    assert.equal([...new Set(await sorted(data.scan("key:*")))], [...items.keys()].sort());
  });
  check("what is stored and deleted during a scan disturbs nobody, and a scan may be left", async (data) => {
    const kept = Array.from({ length: 600 }, (_, index) => `kept:${index}`);
    await data.setBatch(new Map(kept.map((key) => [key, 1])));
    const seen = new Set<string>();
    for await (const key of data.scan("kept:*")) {
      if (seen.size < 20) {
        await data.set(`new:${seen.size}`, 1);
        await data.delete(`new:${seen.size - 1}`);
      }
      seen.add(key);
    }
    assert.is(seen.size, 600);
    for await (const _ of data.scan()) break;
    assert.is(await data.get("kept:0"), 1);
  });
}

function versions(check: Case): void {
  check("a version changes with the value, and comes with it", async (data) => {
    assert.is(await data.getWithVersion("key"), undefined);
    await data.set("key", { a: 1 });
    const first = await data.getWithVersion("key");
    assert.equal(first?.value, { a: 1 });
    assert.ok(first !== undefined && first.version > 0);
    assert.is(first?.expiresInMs, null);
    await data.set("key", { a: 1 });
    const second = await data.getWithVersion("key");
    assert.is.not(second?.version, first?.version);
  });
  check("a write that depends on a version happens once", async (data) => {
    const created = await data.setIfVersion("key", "mine", 0);
    assert.ok(created !== undefined && created > 0);
    assert.is(await data.setIfVersion("key", "theirs", 0), undefined);
    assert.is(await data.get("key"), "mine");
    const changed = await data.setIfVersion("key", "next", created ?? 0);
    assert.is((await data.getWithVersion("key"))?.version, changed);
    assert.is(await data.setIfVersion("key", "late", created ?? 0), undefined);
    assert.is(await data.get("key"), "next");
  });
  check("the version of a deleted key holds no more, and 0 does again", async (data) => {
    const version = (await data.setIfVersion("key", 1, 0)) ?? 0;
    await data.delete("key");
    assert.is(await data.setIfVersion("key", 2, version), undefined);
    assert.ok(await data.setIfVersion("key", 2, 0));
  });
  check("the remaining time comes with a version, and an expiry with a write", async (data) => {
    await data.setIfVersion("key", 1, 0, { expiry: "1h" });
    const found = await data.getWithVersion("key");
    const left = found?.expiresInMs ?? 0;
    assert.ok(left > 3_500_000 && left <= 3_600_000, `${left}`);
    await data.setIfVersion("key", 2, found?.version ?? 0);
    assert.is((await data.getWithVersion("key"))?.expiresInMs, null);
  });
  check("of many that read, decide and write, none is lost", async (data) => {
    const addOne = async (): Promise<void> => {
      for (;;) {
        const found = await data.getWithVersion<number>("sum");
        if (await data.setIfVersion("sum", (found?.value ?? 0) + 1, found?.version ?? 0)) return;
      }
    };
    await Promise.all(Array.from({ length: 6 }, addOne));
    assert.is(await data.get("sum"), 6);
  });
  check("what is no version is refused", async (data) => {
    await rejects(data.setIfVersion("key", 1, -1), "USAGE");
    await rejects(data.setIfVersion("key", 1, 1.5), "USAGE");
  });
}

function cancelling(check: Case): void {
  check("what is given up before it begins does nothing", async (data) => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const calls = [
      data.get("key", { signal }),
      data.set("key", 1, { signal }),
      data.getBatch(["key"], { signal }),
      data.setBatch({ key: 1 }, { signal }),
      data.delete("key", { signal }),
      data.deleteBatch(["key"], { signal }),
      data.increment("key", 1, { signal }),
      sorted(data.scan("*", { signal })),
      data.beginTransaction({ signal }),
      data.invalidate("key", { signal }),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      assert.is(outcome.status, "rejected");
      assert.is(outcome.status === "rejected" && outcome.reason, reason);
    }
    assert.is(await data.get("key"), undefined);
  });
  check("a scan ends when it is given up", async (data) => {
    await data.setBatch({ a: 1, b: 2, c: 3 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen: string[] = [];
    const scan = async (): Promise<void> => {
      for await (const key of data.scan("*", { signal: controller.signal })) {
        seen.push(key);
        controller.abort(reason);
      }
    };
    assert.is(await scan().catch((error: unknown) => error), reason);
    assert.is(seen.length, 1);
  });
}
