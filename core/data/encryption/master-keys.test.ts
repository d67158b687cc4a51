import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseMasterKeys } from "./master-keys.ts";

const KEY = Buffer.alloc(32, 7);

test("keys are lines, or words of a variable, in base64 or hexadecimal", () => {
  const other = Buffer.alloc(32, 255);
  const forms = [
    `${KEY.toString("base64")}\n${other.toString("hex")}\n`,
    `# the one that encrypts\r\n${KEY.toString("base64url")}\r\n\r\n# before May\r\n${other.toString("base64")}`,
    `${KEY.toString("hex").toUpperCase()}, ${other.toString("base64")}`,
  ];
  for (const text of forms)
    assert.equal(
      parseMasterKeys(text, "a file").map((key) => Buffer.from(key)),
      [KEY, other],
    );
});

const REFUSED: [string, RegExp][] = [
  ["", /cannot use a file for encryption: it holds no key/],
  ["# nothing", /it holds no key/],
  [KEY.subarray(1).toString("base64"), /key 1 is 31 bytes long instead of 32/],
  [`${KEY.toString("base64")}\ncorrect horse`, /key 2 is 5 bytes long/],
  ["pass$phrase", /key 1 is not base64/],
  [Array.from({ length: 17 }, () => KEY.toString("base64")).join("\n"), /more than 16 keys/],
];
for (const [text, message] of REFUSED) {
  test(`${text.slice(0, 20)} is refused, and not shown`, () => {
    try {
      parseMasterKeys(text, "a file");
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, message);
      assert.not((error as Error).message.includes("horse"));
    }
  });
}

test.run();
