import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeAbstractName, encodeAddress } from "./addresses.ts";

const addressBytes = (host: string): number[] => [...encodeAddress(host, 8080).subarray(8, 24)];

test("an IPv4 address", () => {
  const bytes = encodeAddress("10.1.2.3", 8080);
  assert.is(bytes.length, 16);
  assert.equal([...bytes.subarray(2, 8)], [0x1f, 0x90, 10, 1, 2, 3]);
  assert.equal(encodeAddress("localhost", 1), encodeAddress("127.0.0.1", 1));
});

const V6: readonly (readonly [string, readonly number[]])[] = [
  ["::", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ["[::1]", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
  ["2001:db8::ff", [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff]],
  ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ["::ffff:127.0.0.1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1]],
  ["fe80::", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
];
for (const [host, bytes] of V6) test(`the IPv6 address ${host}`, () => assert.equal(addressBytes(host), bytes));

test("a name is refused with what to write instead", () => {
  assert.throws(() => encodeAddress("example.org", 80), /cannot listen on example\.org/);
});

test("an abstract name begins with a NUL", () => assert.equal([...encodeAbstractName("ab")], [1, 0, 0, 97, 98]));

test.run();
