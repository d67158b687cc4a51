import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { hubAddressOf, parseHubAddress } from "./hub-address.ts";

const addresses = [
  ["/run/hub.sock", { path: "/run/hub.sock" }],
  ["unix:/run/my hub.sock", { path: "/run/my hub.sock" }],
  ["unix:///run/hub.sock", { path: "/run/hub.sock" }],
  ["localhost:6379", { host: "localhost", port: 6379 }],
  ["tcp://10.0.0.1:9400", { host: "10.0.0.1", port: 9400 }],
  ["redis://redis.local:6379/", { host: "redis.local", port: 6379 }],
  ["[::1]:6379", { host: "::1", port: 6379 }],
] as const;

for (const [text, address] of addresses) test(`${text} is an address`, () => assert.equal(parseHubAddress(text), address));

for (const text of ["", "hub.sock", "localhost", "localhost:", "localhost:99999", ":6379", "a b:1", "redis://user:secret@host:1"]) {
  test(`${JSON.stringify(text)} is none`, () => {
    assert.throws(
      () => parseHubAddress(text),
      (error: unknown) => error instanceof GhostError && error.code === "USAGE",
    );
  });
}

test("a password is not repeated", () => {
  assert.throws(() => parseHubAddress("redis://user:secret@host:1"), /^cannot use "redis:\/\/…@host:1" as/);
});

test("the hub of a home that has none is where it will be", () => {
  assert.equal(hubAddressOf("/nowhere"), { path: "/nowhere/run/hub.sock" });
});

test.run();
