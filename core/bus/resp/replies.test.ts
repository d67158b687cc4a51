import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../errors/ghost-error.ts";
import { encodeCommand } from "./encode-command.ts";
import { DEPTH_MAX, ELEMENTS_MAX, LINE_BYTES_MAX, Replies, STRING_BYTES_MAX } from "./replies.ts";
import { type Reply, ReplyError } from "./reply.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
type Arrived = ["reply" | "push", unknown];

/** Errors by their text: two errors are equal to the assertions whatever they say. */
function comparable(reply: Reply): unknown {
  if (reply instanceof ReplyError) return { error: reply.message };
  return Array.isArray(reply) ? reply.map(comparable) : reply;
}

/** Feeds the text cut at these places, and gives what arrived. */
function read(text: string, ...cuts: number[]): Arrived[] {
  const arrived: Arrived[] = [];
  const replies = new Replies({
    reply: (reply) => arrived.push(["reply", comparable(reply)]),
    push: (items) => arrived.push(["push", comparable(items)]),
  });
  const all = latin1(text);
  const places = [0, ...cuts, all.length];
  for (const [index, place] of places.slice(1).entries()) replies.feed(all.slice(places[index], place));
  return arrived;
}

const cases: readonly (readonly [sent: string, value: Reply])[] = [
  ["+OK\r\n", "OK"],
  ["+\r\n", ""],
  ["+h\xc3\xa9\r\n", "hé"],
  ["-WRONGTYPE Operation against a key\r\n", new ReplyError("WRONGTYPE Operation against a key")],
  [":0\r\n", 0],
  [":-1\r\n", -1],
  [":+7\r\n", 7],
  [":1234567890123456\r\n", 1234567890123456],
  [":9007199254740991\r\n", 9007199254740991],
  [":9007199254740992\r\n", 9007199254740992n],
  [":-9223372036854775808\r\n", -9223372036854775808n],
  ["$0\r\n\r\n", bytes("")],
  ["$5\r\nhello\r\n", bytes("hello")],
  ["$4\r\n\r\n\xff\x00\r\n", latin1("\r\n\xff\x00")],
  ["$-1\r\n", null],
  ["*-1\r\n", null],
  ["_\r\n", null],
  ["*0\r\n", []],
  ["*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n+x\r\n", [1, [bytes("a"), null], "x"]],
  ["*2\r\n-ERR no\r\n+OK\r\n", [new ReplyError("ERR no"), "OK"]],
  ["%2\r\n+a\r\n:1\r\n+b\r\n%0\r\n", ["a", 1, "b", []]],
  ["~2\r\n+a\r\n+b\r\n", ["a", "b"]],
  ["#t\r\n", true],
  ["#f\r\n", false],
  [",1.5\r\n", 1.5],
  [",-1e300\r\n", -1e300],
  [",inf\r\n", Number.POSITIVE_INFINITY],
  [",-inf\r\n", Number.NEGATIVE_INFINITY],
  [",nan\r\n", Number.NaN],
  ["(3492890328409238509324850943850943825024385\r\n", 3492890328409238509324850943850943825024385n],
  ["(12\r\n", 12],
  ["=8\r\ntxt:text\r\n", bytes("text")],
  ["!8\r\nERR a\r\nb\r\n", new ReplyError("ERR a\r\nb")],
  ["|1\r\n+ttl\r\n:5\r\n*2\r\n+a\r\n|1\r\n+x\r\n+y\r\n+b\r\n", ["a", "b"]],
];

for (const [sent, value] of cases) {
  test(`${JSON.stringify(sent)} is read whole, in two pieces at every byte, and byte by byte`, () => {
    const twice = sent + sent;
    const expected: Arrived[] = [
      ["reply", comparable(value)],
      ["reply", comparable(value)],
    ];
    assert.equal(read(twice), expected);
    for (let cut = 1; cut < twice.length; cut++) assert.equal(read(twice, cut), expected, `cut at ${cut}`);
    assert.equal(read(twice, ...Array.from(twice, (_, index) => index)), expected);
  });
}

test("pushes come between replies, in their order", () => {
  const sent = "+a\r\n>3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$1\r\nx\r\n+b\r\n>0\r\n";
  const expected: Arrived[] = [
    ["reply", "a"],
    ["push", [bytes("message"), bytes("ch"), bytes("x")]],
    ["reply", "b"],
    ["push", []],
  ];
  for (let cut = 0; cut <= sent.length; cut++) assert.equal(read(sent, cut), expected);
});

test("a long string that comes in many pieces is read in time that its length needs", () => {
  const size = 8 * 1024 * 1024;
  const arrived: Reply[] = [];
  const replies = new Replies({ reply: (reply) => arrived.push(reply), push: () => undefined });
  const startedAt = performance.now();
  replies.feed(bytes(`$${size}\r\n`));
  for (let sent = 0; sent < size; sent += 1024) replies.feed(new Uint8Array(1024).fill(7));
  replies.feed(bytes("\r\n+next\r\n"));
  assert.is((arrived[0] as Uint8Array).length, size);
  assert.ok((arrived[0] as Uint8Array).every((byte) => byte === 7));
  assert.is(arrived[1], "next");
  assert.ok(performance.now() - startedAt < 2_000);
});

test("strings do not change when more is read", () => {
  const arrived: Reply[] = [];
  const replies = new Replies({ reply: (reply) => arrived.push(reply), push: () => undefined });
  for (const text of ["$5\r\nfirst\r\n$6\r\nsec", "ond\r\n$5\r\nthird\r\n"]) replies.feed(bytes(text));
  assert.equal(arrived, [bytes("first"), bytes("second"), bytes("third")]);
});

const refused = [
  "hello\r\n",
  "$1\r\nab\r\n",
  "$a\r\n",
  "$-2\r\n",
  ":\r\n",
  ":1x\r\n",
  ":12345678901234567x\r\n",
  "(1.5\r\n",
  ":1\rx",
  "*1x\r\n",
  `$${STRING_BYTES_MAX + 1}\r\n`,
  `*${ELEMENTS_MAX + 1}\r\n`,
  "*1\r\n".repeat(DEPTH_MAX + 1),
  `+${"x".repeat(LINE_BYTES_MAX + 1)}`,
  `:${"1".repeat(LINE_BYTES_MAX + 1)}`,
];

for (const sent of refused) {
  test(`${JSON.stringify(sent.slice(0, 40))} is no reply`, () => {
    const failure = assert.throws(
      () => read(sent),
      (error: unknown) => error instanceof GhostError && error.code === "HUB_UNREACHABLE",
    );
    return failure;
  });
}

test("random bytes are read or refused, and never hang", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const alphabet = "+-:$*%~>|_,#(=!0123456789\r\n\r\nax";
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join("");
    try {
      read(text, random(text.length + 1));
    } catch (error) {
      assert.instance(error, GhostError);
    }
  }
});

test("an error tells its first word", () => {
  assert.is(new ReplyError("NOGROUP No such key").code, "NOGROUP");
  assert.is(new ReplyError("ERR").code, "ERR");
});

const text = (command: Uint8Array): string => String.fromCharCode(...command);

test("commands are arrays of strings, whatever the words hold", () => {
  assert.is(text(encodeCommand(["GET", "a"])), "*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
  assert.is(text(encodeCommand(["", latin1("\xff\r\n")])), "*2\r\n$0\r\n\r\n$3\r\n\xff\r\n\r\n");
  assert.is(text(encodeCommand(["hé", "\ud800", "😀"])), "*3\r\n$3\r\nh\xc3\xa9\r\n$3\r\n\xef\xbf\xbd\r\n$4\r\n\xf0\x9f\x98\x80\r\n");
});

test("words of every length are read back as they were", () => {
  for (const size of [0, 1, 9, 10, 47, 48, 49, 99, 100, 999, 1000, 16_384, 16_385, 100_000]) {
    for (const word of ["x".repeat(size), "é".repeat(size), `${"x".repeat(size)}é`, new Uint8Array(size).fill(200)]) {
      const arrived: Reply[] = [];
      new Replies({ reply: (reply) => arrived.push(reply), push: () => undefined }).feed(encodeCommand([word, "end"]));
      assert.equal(arrived, [[typeof word === "string" ? bytes(word) : word, bytes("end")]]);
    }
  }
});

test("a command beyond the limit is refused", () => {
  const half = new Uint8Array(33 * 1024 * 1024);
  assert.throws(
    () => encodeCommand([half, half]),
    (error: unknown) => error instanceof GhostError && error.code === "LIMIT_EXCEEDED",
  );
});

test.run();
