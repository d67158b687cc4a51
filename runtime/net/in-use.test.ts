import { test } from "uvu";
import * as assert from "uvu/assert";
import { findInUse } from "./in-use.ts";

const said: readonly (readonly [string, string, number | null])[] = [
  [
    "Node",
    "Error: listen EADDRINUSE: address already in use :::8080\n    at Server.setupListenHandle\n  code: 'EADDRINUSE',\n  port: 8080\n}",
    8080,
  ],
  ["Node on a host", "Error: listen EADDRINUSE: address already in use 127.0.0.1:3000", 3000],
  ["Node, the port below", "  code: 'EADDRINUSE',\n  errno: -98,\n  syscall: 'listen',\n  address: '::',\n  port: 9229", 9229],
  ["Bun", 'error: Failed to start server. Is port 8080 in use?\n code: "EADDRINUSE"', 8080],
  ["Python", "OSError: [Errno 98] Address already in use", null],
  ["asyncio", "OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use", 8000],
  ["gunicorn", "[ERROR] Connection in use: ('127.0.0.1', 8000)\n[Errno 98] Address already in use", 8000],
  ["nginx", "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)", 80],
  ["nginx on IPv6", "nginx: [emerg] bind() to [::]:443 failed (98: Address already in use)", 443],
  ["Go", "listen tcp :8080: bind: address already in use", 8080],
  ["Rust", 'Error: Os { code: 98, kind: AddrInUse, message: "Address already in use" }', null],
  ["redis", "# Could not create server TCP listening socket *:6379: bind: Address already in use", 6379],
  ["Spring", "Web server failed to start. Port 8080 was already in use.\nCaused by: java.net.BindException: Address already in use", 8080],
  [".NET", "Failed to bind to address http://127.0.0.1:5000: address already in use.", 5000],
  ["Windows' words", "bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.", null],
  [
    "PostgreSQL",
    'could not bind IPv4 address "127.0.0.1": Address already in use\nHINT: Is another postmaster already running on port 5432?',
    5432,
  ],
];
for (const [who, text, port] of said) test(`understood: ${who}`, () => assert.equal(findInUse(text.split("\n")), { port }));

for (const text of ["", "listening on 8080", "connect ECONNREFUSED 127.0.0.1:5432", "Error: EACCES: permission denied 0.0.0.0:80"])
  test(`not taken for one: ${text}`, () => assert.is(findInUse(text.split("\n")), null));

test.run();
