import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hubSecret, makeToken, namespaceOf } from "./tokens.ts";

const secret = Buffer.alloc(32, 7);

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "tokens-"));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a token opens its own namespace", () => {
  assert.is(namespaceOf(secret, makeToken(secret, "shop")), "shop");
});

test("the token of a namespace is always the same, so that it survives restarts", () => {
  assert.is(makeToken(secret, "shop"), "shop.vcCpVEAQHDyxV_DH68EA_7gGk8cIh90RSfHsF6ydYzY");
});

test("no other text opens anything", () => {
  const token = makeToken(secret, "shop");
  const [, proof = ""] = token.split(".");
  const wrong = [
    "",
    ".",
    "shop",
    "shop.",
    proof,
    `shap.${proof}`,
    `.${proof}`,
    `shop.${proof}.`,
    `shop.${proof}=`,
    `shop..${proof}`,
    ` ${token}`,
    `${token}\n`,
    token.slice(0, -1),
    `shop.${proof.slice(0, -1)}${proof.endsWith("p") ? "o" : "p"}`,
    "x".repeat(100_000),
    makeToken(Buffer.alloc(32, 8), "shop"),
  ];
  for (const text of wrong) assert.is(namespaceOf(secret, text), null, text.slice(0, 80));
});

test("the last character has spare bits, and only one spelling of it counts", () => {
  const token = makeToken(secret, "shop");
  const spellings = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map((last) => token.slice(0, -1) + last);
  assert.is(spellings.filter((text) => namespaceOf(secret, text) !== null).length, 1);
});

test("what cannot be a namespace has no token", () => {
  for (const name of ["", "a.b", "all", "a b", "x".repeat(65)]) assert.throws(() => makeToken(secret, name), /cannot make a token/);
});

test("the secret is made once, for its owner alone, and leaves nothing beside it", () =>
  inFolder((folder) => {
    const path = join(folder, "hub-secret");
    const first = hubSecret(path);
    assert.is(first.length, 32);
    assert.equal(hubSecret(path), first);
    assert.is(statSync(path).mode & 0o777, 0o600);
    assert.equal(readdirSync(folder), ["hub-secret"]);
  }));

test("a file that is no secret is refused, not replaced: tokens that are out would be void", () =>
  inFolder((folder) => {
    const path = join(folder, "hub-secret");
    writeFileSync(path, "short");
    assert.throws(
      () => hubSecret(path),
      (error: { code?: string; hint?: string }) => error.code === "STATE_DAMAGED" && !!error.hint,
    );
  }));

test.run();
