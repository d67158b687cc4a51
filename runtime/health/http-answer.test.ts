import { test } from "uvu";
import * as assert from "uvu/assert";
import { BODY_BYTES_MAX, HEAD_BYTES_MAX, HttpAnswer } from "./http-answer.ts";

interface Case {
  readonly what: string;
  readonly bytes: string;
  /** The server closes the connection after these bytes. */
  readonly closed?: boolean;
  readonly code?: number;
  readonly body?: string;
  readonly problem?: RegExp;
  readonly unfinished?: boolean;
}

const CASES: readonly Case[] = [
  { what: "a length", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", code: 200, body: "hello" },
  { what: "no body", bytes: "HTTP/1.1 204 No Content\r\n\r\n", code: 204, body: "" },
  { what: "an empty body", bytes: "HTTP/1.0 302 Found\r\ncontent-length:0\r\nLocation: /x\r\n\r\n", code: 302, body: "" },
  { what: "a body up to the connection's end", bytes: "HTTP/1.0 200 OK\r\n\r\nbye", closed: true, code: 200, body: "bye" },
  {
    what: "chunks",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    code: 200,
    body: "hello world",
  },
  {
    what: "an interim answer",
    bytes: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    code: 200,
    body: "",
  },
  { what: "a status without a reason", bytes: "HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", code: 503, body: "" },
  { what: "no answer", bytes: "", closed: true, problem: /without an answer/ },
  { what: "another protocol", bytes: "SSH-2.0-OpenSSH_9.2\r\n", problem: /no HTTP/ },
  { what: "half a head", bytes: "HTTP/1.1 200 OK\r\nX: y", closed: true, problem: /no HTTP/ },
  { what: "half a body", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell", closed: true, code: 200, problem: /in the middle/ },
  {
    what: "half a chunk",
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
    closed: true,
    code: 200,
    problem: /in the middle/,
  },
  { what: "a wrong chunk", bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", code: 200, problem: /chunked/ },
  { what: "a head without an end", bytes: `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(HEAD_BYTES_MAX / 6 + 1)}`, problem: /32 KiB/ },
  { what: "a flood", bytes: `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(BODY_BYTES_MAX + 1)}`, code: 200, body: "x".repeat(BODY_BYTES_MAX) },
  { what: "a drip", bytes: "HTTP/1.1 200 OK\r\n\r\nx", code: 200, body: "x", unfinished: true },
];

for (const { what, bytes, closed, code, body, problem, unfinished } of CASES) {
  for (const pieces of ["at once", "byte by byte", "in sevens"] as const) {
    test(`${what}, ${pieces}`, () => {
      const answer = new HttpAnswer();
      for (const piece of cut(Buffer.from(bytes, "latin1"), pieces)) answer.push(piece);
      if (closed) answer.end();
      assert.is(answer.done, !unfinished);
      assert.is(answer.status?.code, code);
      if (problem) assert.match(answer.problem ?? "", problem);
      else assert.equal([answer.problem, answer.body()], [null, body]);
    });
  }
}

function cut(bytes: Buffer, pieces: "at once" | "byte by byte" | "in sevens"): Buffer[] {
  const size = pieces === "at once" ? Math.max(1, bytes.length) : pieces === "byte by byte" ? 1 : 7;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

test.run();
