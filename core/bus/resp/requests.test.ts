import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError, Requests } from "./requests.ts";

const encode = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const decode = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/** All requests in `text`, given in pieces of `size` bytes. */
function read(text: string, size: number): string[][] {
  const requests = new Requests();
  const found: string[][] = [];
  for (let start = 0; start < text.length; start += size) {
    requests.feed(encode(text.slice(start, start + size)));
    while (requests.next()) found.push(Array.from({ length: requests.count }, (_, index) => decode(requests.bytes(index))));
  }
  return found;
}

const MANY =
  "*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$6\r\na\r\nb\0c\r\nGET \"a\\x41 b\" 'it\\'s'\r\n\r\n*0\r\n*-1\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\nPING\n";
const EXPECTED = [["PING"], ["SET", "k", "a\r\nb\0c"], ["GET", "aA b", "it's"], ["GET", ""], ["PING"]];

test("requests are the same however their bytes are cut", () => {
  for (let size = 1; size <= MANY.length; size++) assert.equal(read(MANY, size), EXPECTED, `pieces of ${size}`);
});

for (const [text, message] of [
  ["*x\r\n", "ERR Protocol error: invalid multibulk length"],
  ["*1\r\nfoo\r\n", "ERR Protocol error: expected '$', got 'f'"],
  ["*1\r\n$-1\r\n", "ERR Protocol error: invalid bulk length"],
  ["*1\r\n$600000000\r\n", "ERR Protocol error: invalid bulk length"],
  ["*1\r\n$100000000\r\n", "LIMIT an argument may have 67108864 bytes, and this one has 100000000"],
  ["*2000000\r\n", "LIMIT a request may have 1048576 arguments"],
  ['GET "a\r\n', "ERR Protocol error: unbalanced quotes in request"],
  ['GET "a"b\r\n', "ERR Protocol error: unbalanced quotes in request"],
  ["x".repeat(70_000), "ERR Protocol error: too big inline request"],
] as const) {
  test(`refused: ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.throws(
      () => read(text, 1000),
      (error: Error) => error instanceof ProtocolError && error.message === message,
    );
  });
}

test("a request of many pieces is put together", () => {
  const value = "v".repeat(300_000);
  assert.equal(read(`*2\r\n$4\r\nECHO\r\n$300000\r\n${value}\r\n*1\r\n$4\r\nPING\r\n`, 997), [["ECHO", value], ["PING"]]);
});

test("many lines in one piece take no more room than their words, empty ones none", () => {
  let bytes = 0;
  const requests = new Requests((size) => {
    bytes += size;
    return new Uint8Array(size);
  });
  requests.feed(encode("\r\n".repeat(5_000) + "PING\r\n\n".repeat(5_000)));
  let count = 0;
  while (requests.next()) count++;
  assert.equal([count, bytes], [5_000, 20_000]);
});

test("what was read of a piece and what was not are told apart when the piece is changed", () => {
  for (const text of ["GET a\r\nGET b\r\nGET", "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n*2\r\n$3\r\nGET"]) {
    const requests = new Requests();
    const piece = encode(text);
    requests.feed(piece);
    assert.ok(requests.next());
    requests.own();
    piece.fill(0);
    assert.ok(requests.next());
    assert.equal([decode(requests.bytes(0)), decode(requests.bytes(1))], ["GET", "b"]);
    requests.feed(encode(text.startsWith("*") ? "\r\n$1\r\nc\r\n" : " c\r\n"));
    assert.ok(requests.next());
    assert.equal([decode(requests.bytes(0)), decode(requests.bytes(1))], ["GET", "c"]);
  }
});

test.run();
