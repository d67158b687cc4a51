import { test } from "uvu";
import * as assert from "uvu/assert";
import { maskValues } from "./secrets.ts";

const KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBg\r\n  kqhkiG9w0BAQ\nx=\n-----END KEY-----\n";

const table: readonly (readonly [string, readonly string[], string])[] = [
  ["log in with hunter2 and hunter2", ["hunter2"], "log in with ****** and ******"],
  // Whichever comes first.
  ["abcd1234efgh, abcd1234", ["abcd1234", "abcd1234efgh"], "******, ******"],
  ["abcd1234efgh, abcd1234", ["abcd1234efgh", "abcd1234"], "******, ******"],
  // Too short to be told from other text.
  ["abc abcd", ["abc", ""], "abc abcd"],
  // A value whole, and each of its lines where it is shown line by line.
  [`key: ${KEY}.`, [KEY], "key: ******."],
  ["key: MIIEvQIBADANBg", [KEY], "key: ******"],
  ["  kqhkiG9w0BAQ", [KEY], "  ******"],
  ["x=", [KEY], "x="],
  ["a.b a+b", ["a.b a+"], "******b"],
];

test("what is known to be secret is masked wherever it stands", () => {
  for (const [text, values, expected] of table) assert.is(maskValues(text, values), expected, text);
});

test.run();
