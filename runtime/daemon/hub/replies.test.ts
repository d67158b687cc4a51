import { test } from "uvu";
import * as assert from "uvu/assert";
import { ReplyReader } from "./replies.ts";

const TEXT = "+OK\r\n-ERR no\r\n:-7\r\n$5\r\na\r\nbü\r\n$-1\r\n*3\r\n$1\r\nx\r\n*0\r\n*-1\r\n".replace("$5", "$6");
const REPLIES = ["OK", { error: "ERR no" }, -7, "a\r\nbü", null, ["x", [], null]];

test("replies are the same wherever the bytes are cut", () => {
  const bytes = Buffer.from(TEXT);
  assert.equal(new ReplyReader().take(bytes), REPLIES);
  for (let at = 1; at < bytes.length; at += 1) {
    const reader = new ReplyReader();
    assert.equal([...reader.take(bytes.subarray(0, at)), ...reader.take(bytes.subarray(at))], REPLIES, `cut at ${at}`);
  }
  const reader = new ReplyReader();
  assert.equal(
    [...bytes].flatMap((byte) => reader.take(Uint8Array.of(byte))),
    REPLIES,
  );
});

test("what is no RESP is refused", () => {
  assert.throws(() => new ReplyReader().take(Buffer.from("HTTP/1.1 200 OK\r\n")), /no RESP/);
});

test.run();
