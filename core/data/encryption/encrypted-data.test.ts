import { test } from "uvu";
import * as assert from "uvu/assert";
import type { GhostError } from "../../errors/ghost-error.ts";
import type { GhostData } from "../ghost-data.ts";
import { memoryGhostData } from "../memory/memory-data.ts";
import { EncryptedGhostData } from "./encrypted-data.ts";
import { KeyRing } from "./key-ring.ts";
import type { RotationProgress } from "./rotate.ts";
import { Sealer } from "./sealer.ts";

const [OLD, NEW] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const now = (): number => performance.now();

async function encrypt(inner: GhostData, keys: readonly Uint8Array<ArrayBuffer>[], namespace = "shop"): Promise<EncryptedGhostData> {
  return new EncryptedGhostData(inner, new Sealer(crypto, await KeyRing.open(crypto, namespace, keys)));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: GhostError) => error.code,
  );
}

test("what is stored holds neither value nor key, and is another each time", async () => {
  const inner = memoryGhostData({ now });
  const data = await encrypt(inner, [OLD]);
  await data.set("card", { number: "4111111111111111" });
  const first = await inner.get<string>("card");
  assert.match(first ?? "", /^ghost-sealed\.1\.A256GCM\.[\w-]{11}\.[\w-]{16}\.[\w-]+$/);
  assert.not.match(Buffer.from(first?.split(".").at(-1) ?? "", "base64url").toString("latin1"), /4111/);
  await data.set("card", { number: "4111111111111111" });
  assert.is.not(await inner.get("card"), first);
  assert.equal(await data.get("card"), { number: "4111111111111111" });
});

test("another key is an error with its own code, and never data", async () => {
  const inner = memoryGhostData({ now });
  await (await encrypt(inner, [OLD])).set("key", "secret");
  const stranger = await encrypt(inner, [NEW]);
  const error = await stranger.get("key").catch((reason: unknown) => reason as GhostError);
  assert.is((error as GhostError).code, "ENCRYPTION_KEY_UNKNOWN");
  assert.match((error as GhostError).message, /cannot decrypt key: it was encrypted with another key/);
  assert.is(await codeOf(stranger.getBatch(["key"])), "ENCRYPTION_KEY_UNKNOWN");
  assert.is(await codeOf(stranger.getWithVersion("key")), "ENCRYPTION_KEY_UNKNOWN");
  assert.is(await codeOf(stranger.increment("key")), "ENCRYPTION_KEY_UNKNOWN");
  assert.is(await codeOf((await stranger.beginTransaction()).get("key")), "ENCRYPTION_KEY_UNKNOWN");
});

test("every byte of an envelope is protected", async () => {
  const inner = memoryGhostData({ now });
  const data = await encrypt(inner, [OLD]);
  await data.set("key", "secret");
  const sealed = (await inner.get<string>("key")) ?? "";
  for (let at = 0; at < sealed.length; at++) {
    // A change in the first character of a group of base64 changes bytes, whatever follows.
    const changed = sealed[at] === "A" ? "B" : "A";
    await inner.set("key", sealed.slice(0, at) + changed + sealed.slice(at + 1));
    const outcome = await data.get("key").catch((error: GhostError) => error.code);
    const isSpare = outcome === "secret" && at === sealed.length - 1;
    assert.ok(isSpare || ["DECRYPTION_FAILED", "ENCRYPTION_KEY_UNKNOWN"].includes(String(outcome)), `${at}: ${outcome}`);
  }
});

test("a value opens under its own name, in its own namespace, and nowhere else", async () => {
  const inner = memoryGhostData({ now });
  const data = await encrypt(inner, [OLD]);
  await data.set("a", "secret");
  await inner.set("b", await inner.get("a"));
  assert.is(await codeOf(data.get("b")), "DECRYPTION_FAILED");
  assert.is(await codeOf((await encrypt(inner, [OLD], "other")).get("a")), "DECRYPTION_FAILED");
});

test("shared keys open in every namespace that has the key", async () => {
  const inner = memoryGhostData({ now });
  await (await encrypt(inner, [OLD], "shop")).set("shared:a", 1);
  assert.is(await (await encrypt(inner, [OLD], "other")).get("shared:a"), 1);
});

test("what is not encrypted is an error", async () => {
  const inner = memoryGhostData({ now });
  const data = await encrypt(inner, [OLD]);
  for (const value of ["plain", 1, { a: 1 }, null, "ghost-sealed.2.A256GCM.x.y.z"]) {
    await inner.set("key", value);
    assert.is(await codeOf(data.get("key")), "DECRYPTION_FAILED");
  }
});

test("keys are rotated: old values are read with the old key, then rewritten, and the old key can go", async () => {
  const inner = memoryGhostData({ now });
  const before = await encrypt(inner, [OLD]);
  await before.setBatch({ a: 1, b: { c: 2 }, "shared:d": 3 });
  await before.set("expiring", 4, { expiry: "1h" });
  const during = await encrypt(inner, [NEW, OLD]);
  assert.is(await during.get("a"), 1);
  await during.set("e", 5);
  await inner.set("plain", "left");
  const seen: RotationProgress[] = [];
  const result = await during.rotate({ onProgress: (progress) => seen.push(progress) });
  assert.equal(result, { seen: 5, total: 5, rotated: 3, current: 1, plain: 1, failed: 0, failures: [] });
  assert.equal(
    seen.map((progress) => [progress.seen, progress.total]),
    [1, 2, 3, 4, 5].map((count) => [count, 5]),
  );
  assert.is((await during.rotate({ pattern: "shared:*" })).rotated, 1);
  const after = await encrypt(inner, [NEW]);
  assert.equal(Object.fromEntries(await after.getBatch(["a", "b", "shared:d", "expiring", "e"])), {
    a: 1,
    b: { c: 2 },
    "shared:d": 3,
    expiring: 4,
    e: 5,
  });
  const left = (await after.getWithVersion("expiring"))?.expiresInMs ?? 0;
  assert.ok(left > 3_500_000 && left <= 3_600_000);
});

test("a rotation encrypts plaintext when asked, and tells what it cannot decrypt", async () => {
  const inner = memoryGhostData({ now });
  await inner.setBatch({ text: "plain", number: 1 });
  await (await encrypt(inner, [new Uint8Array(32).fill(9)])).set("lost", 1);
  const data = await encrypt(inner, [NEW, OLD]);
  const result = await data.rotate({ plaintext: true });
  assert.equal([result.rotated, result.plain, result.failed], [2, 0, 1]);
  assert.equal(
    result.failures.map(({ key, code }) => [key, code]),
    [["lost", "ENCRYPTION_KEY_UNKNOWN"]],
  );
  assert.equal(Object.fromEntries(await data.getBatch(["text", "number"])), { text: "plain", number: 1 });
});

test("a rotation does not undo what is stored meanwhile", async () => {
  const inner = memoryGhostData({ now });
  await (await encrypt(inner, [OLD])).setBatch({ a: "old", b: "old" });
  const data = await encrypt(inner, [NEW, OLD]);
  const getWithVersion = inner.getWithVersion.bind(inner);
  let interfered = false;
  inner.getWithVersion = async <T>(key: string) => {
    const found = await getWithVersion<T>(key);
    if (!interfered) {
      interfered = true;
      await data.set(key, "new");
    }
    return found;
  };
  const result = await data.rotate();
  assert.equal([result.rotated, result.current], [1, 1]);
  assert.equal(Object.fromEntries(await data.getBatch(["a", "b"])), { a: "new", b: "old" });
});

test("a rotation that is given up can be run again", async () => {
  const inner = memoryGhostData({ now });
  await (await encrypt(inner, [OLD])).setBatch({ a: 1, b: 2, c: 3 });
  const data = await encrypt(inner, [NEW, OLD]);
  const controller = new AbortController();
  const given = data.rotate({ signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) });
  assert.match(String(await given.catch((error: unknown) => error)), /enough/);
  const result = await data.rotate();
  assert.equal([result.rotated, result.current], [2, 1]);
});

test.run();
