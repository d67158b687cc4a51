import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeBase64, encodeBase64, encodeBase64Url } from "./base64.ts";

test("bytes become what others make of them, and come back", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 89 + length * 31) & 255);
    assert.is(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.is(encodeBase64Url(bytes), Buffer.from(bytes).toString("base64url"));
    assert.equal(decodeBase64(encodeBase64(bytes)), bytes);
    assert.equal(decodeBase64(encodeBase64Url(bytes)), bytes);
  }
});

test("what is no base64 is null", () => {
  for (const text of ["a", "ab$d", "ab d", "größe", "abcde", "=", "ab=c"]) assert.is(decodeBase64(text), null, text);
});

test.run();
