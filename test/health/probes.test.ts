/** Each probe against servers and commands that behave in every way they should not. */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HealthCheck, Probe } from "../../core/config/definition.ts";
import { beginHealth } from "../../core/health/thresholds.ts";
import { HealthLoop, type TimedAnswer } from "../../runtime/health/loop.ts";
import { makeProber } from "../../runtime/health/make-prober.ts";
import { makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";
import { respond, startServer } from "./servers.ts";

const TIMEOUT_MS = 200;
/** How much longer than the time-out an answer may take on a busy machine, in ms. */
const LATE_MS = 1_500;

interface Asked extends TimedAnswer {
  /** What it took in all. */
  readonly tookMs: number;
}

/** Puts one question, as a daemon would. */
async function askOnce(probe: Probe, { directory = "/", timeoutMs = TIMEOUT_MS } = {}): Promise<Asked> {
  const startedMs = performance.now();
  const prober = makeProber(probe, {
    reveal: (text) => text,
    command: ({ executable }) => ({
      file: "/bin/sh",
      name: "sh",
      args: ["-c", executable],
      workingDirectory: directory,
      environment: { PATH: process.env.PATH ?? "", GREETING: "hello" },
      credentials: null,
    }),
    tails: () => [],
  });
  const check: HealthCheck = { probe, periodMs: 60_000, timeoutMs, failures: 1, successes: 1, startGraceMs: 0, restart: false };
  return new Promise((resolve) => {
    const loop = new HealthLoop({
      check,
      prober,
      begin: beginHealth("unknown", Number.MAX_SAFE_INTEGER),
      runStartedMs: Date.now(),
      onAnswer: (answer) => {
        loop.stop();
        resolve({ ...answer, tookMs: performance.now() - startedMs });
      },
      onVerdict: () => undefined,
    });
    loop.start();
  });
}

interface HttpCase {
  readonly what: string;
  readonly serve: (socket: Socket) => void;
  readonly status?: readonly number[];
  readonly body?: string;
  readonly ok: boolean;
  readonly detail: RegExp;
}

const drip = (socket: Socket): void => {
  const timer = setInterval(() => socket.write("x"), 5);
  socket.once("close", () => clearInterval(timer));
};
const flood = (socket: Socket): void => {
  const block = Buffer.alloc(65_536, "x");
  const pour = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on("drain", pour);
  pour();
};

const HTTP_CASES: readonly HttpCase[] = [
  { what: "200", serve: (socket) => respond(socket, "200 OK"), ok: true, detail: /^200 OK$/ },
  { what: "204", serve: (socket) => respond(socket, "204 No Content"), ok: true, detail: /^204 No Content$/ },
  { what: "a status that is wanted", serve: (socket) => respond(socket, "418 I'm a teapot"), status: [418], ok: true, detail: /^418/ },
  { what: "another than is wanted", serve: (socket) => respond(socket, "200 OK"), status: [204, 418], ok: false, detail: /^200 OK$/ },
  { what: "500", serve: (socket) => respond(socket, "500 Internal Server Error"), ok: false, detail: /^500 Internal Server Error$/ },
  {
    what: "a body that matches",
    serve: (socket) => respond(socket, "200 OK", '{"db":"up"}'),
    body: '"db":"up"',
    ok: true,
    detail: /^200 OK$/,
  },
  {
    what: "a body that does not match",
    serve: (socket) => respond(socket, "200 OK", '{"db":"down"}'),
    body: '"db":"up"',
    ok: false,
    detail: /^200 OK, but its body does not match "db":"up"$/,
  },
  {
    what: "an evil pattern",
    serve: (socket) => respond(socket, "200 OK", `${"a".repeat(60_000)}!`),
    body: "(a+)+$",
    ok: false,
    detail: /does not match/,
  },
  { what: "silence", serve: () => undefined, ok: false, detail: /^no answer within 200ms$/ },
  {
    what: "a drip without an end",
    serve: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      drip(socket);
    },
    ok: false,
    detail: /^no answer within 200ms: 200 OK and \d+ bytes came, but no end$/,
  },
  {
    what: "a head that drips",
    serve: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\nX-Long: ");
      drip(socket);
    },
    ok: false,
    detail: /^no answer within 200ms$/,
  },
  {
    what: "a flood, of which the beginning is enough",
    serve: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      flood(socket);
    },
    ok: true,
    detail: /^200 OK$/,
  },
  {
    what: "a flood that is no head",
    serve: (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      flood(socket);
    },
    ok: false,
    detail: /its head is longer than 32 KiB/,
  },
  { what: "no HTTP", serve: (socket) => void socket.end("SSH-2.0-OpenSSH\r\n"), ok: false, detail: /^the answer is no HTTP$/ },
  { what: "a hang-up", serve: (socket) => void socket.end(), ok: false, detail: /without an answer|was reset/ },
];

for (const { what, serve, status = null, body = null, ok, detail } of HTTP_CASES) {
  test(`http: ${what}`, async () => {
    await using server = await startServer(serve);
    const answer = await askOnce({ kind: "http", url: `http://127.0.0.1:${server.port}/healthz?deep=1`, status, body });
    assert.match(answer.detail, detail);
    assert.is(answer.ok, ok);
    assert.ok(answer.tookMs < TIMEOUT_MS + LATE_MS, `${answer.tookMs} ms`);
    assert.match(server.lastRequest(), /^GET \/healthz\?deep=1 HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
    await waitFor(() => server.open() === 0, { what: "the connection to be closed" });
  });
}

test("http: a pattern that cannot be used is said, and nobody is asked for nothing", async () => {
  await using server = await startServer((socket) => respond(socket, "200 OK"));
  const answer = await askOnce({ kind: "http", url: `http://127.0.0.1:${server.port}/`, status: null, body: "(" });
  assert.match(answer.detail, /^cannot use the pattern \(/);
  assert.equal([answer.ok, server.connections()], [false, 0]);
});

test("http: a redirect is an answer, and nobody follows it", async () => {
  await using server = await startServer((socket) =>
    respond(socket, "302 Found", "", [`Location: http://127.0.0.1:${server.port}/healthz`]),
  );
  const probe = { kind: "http", url: `http://127.0.0.1:${server.port}/`, body: null } as const;
  assert.equal([(await askOnce({ ...probe, status: null })).ok, server.connections()], [true, 1]);
  const strict = await askOnce({ ...probe, status: [200] });
  assert.equal([strict.ok, strict.detail, server.connections()], [false, "302 Found", 2]);
});

test("http: user and password of the address are sent, and what is no http is not asked", async () => {
  await using server = await startServer((socket) => respond(socket, "200 OK"));
  await askOnce({ kind: "http", url: `http://me:s%20cret@127.0.0.1:${server.port}/`, status: null, body: null });
  assert.match(server.lastRequest(), `Authorization: Basic ${Buffer.from("me:s cret").toString("base64")}\r\n`);
  for (const url of ["file:///etc/passwd", "nonsense"])
    assert.match((await askOnce({ kind: "http", url, status: null, body: null })).detail, /is not asked|is no address/);
});

test("http and tcp: a refused connection names the address, and `localhost` is every address of it", async () => {
  const free = await freePort();
  const refused = `connection refused at 127.0.0.1:${free}`;
  assert.is((await askOnce({ kind: "tcp", host: "127.0.0.1", port: String(free) })).detail, refused);
  assert.is((await askOnce({ kind: "http", url: `http://127.0.0.1:${free}`, status: null, body: null })).detail, refused);
  await using server = await startServer(() => undefined);
  const named = await askOnce({ kind: "tcp", host: "localhost", port: String(server.port) }, { timeoutMs: 2_000 });
  assert.equal([named.ok, named.detail], [true, `connected to localhost:${server.port}`]);
  assert.match((await askOnce({ kind: "tcp", host: "127.0.0.1", port: "http" })).detail, /http is no port/);
});

test("tcp: whoever accepts passes, also when it says nothing or floods", async () => {
  for (const greets of [true, false]) {
    await using server = await startServer(flood, { greets });
    assert.ok((await askOnce({ kind: "tcp", host: "127.0.0.1", port: String(server.port) })).ok);
    await waitFor(() => server.open() === 0, { what: "the connection to be closed" });
  }
});

test("tcp: the connection is ended and not cut, which servers would log as an error at every check", async () => {
  await using server = await startServer(() => undefined);
  for (let count = 1; count <= 5; count++) {
    assert.ok((await askOnce({ kind: "tcp", host: "127.0.0.1", port: String(server.port) }, { timeoutMs: 2_000 })).ok);
    await waitFor(() => server.connections() === count && server.open() === 0, { what: "the connection to be closed" });
  }
  assert.is(server.resets(), 0);
});

const shell = (executable: string): Probe => ({ kind: "exec", executable, args: [], shell: true });

test("exec: the exit code decides, the last line tells, in the folder and environment of the process", async () => {
  await using home = makeHome();
  const options = { directory: home.work, timeoutMs: 5_000 };
  const good = await askOnce(shell('echo one; echo "$GREETING $(pwd)"; echo'), options);
  assert.equal([good.ok, good.detail, good.wrote], [true, "exited with code 0", `hello ${home.work}`]);
  const bad = await askOnce(shell("echo no database >&2; exit 3"), options);
  assert.equal([bad.ok, bad.detail, bad.wrote], [false, "exited with code 3", "no database"]);
  const killed = await askOnce(shell("kill -SEGV $$"), options);
  assert.equal([killed.ok, killed.detail], [false, "was killed by SIGSEGV"]);
});

test("exec: a command that hangs is killed at its time-out, and with it all that it started", async () => {
  await using home = makeHome();
  const answer = await askOnce(shell("sleep 1000 & echo $! > pid; echo waiting; wait"), { directory: home.work });
  assert.equal([answer.ok, answer.detail], [false, "no answer within 200ms: waiting"]);
  assert.ok(answer.tookMs < TIMEOUT_MS + LATE_MS, `${answer.tookMs} ms`);
  const pid = Number(readFileSync(join(home.work, "pid"), "utf8"));
  await waitFor(() => !isAlive(pid), { what: "the fork to be gone" });
});

test("exec: forks that stay behind a command that ended are killed", async () => {
  await using home = makeHome();
  const answer = await askOnce(shell("sleep 1000 & echo $! > pid; echo fine"), { directory: home.work, timeoutMs: 5_000 });
  assert.equal([answer.ok, answer.wrote], [true, "fine"]);
  const pid = Number(readFileSync(join(home.work, "pid"), "utf8"));
  await waitFor(() => !isAlive(pid), { what: "the fork to be gone" });
});

test("exec: a flood is cut", async () => {
  const answer = await askOnce(shell("yes flood"), { timeoutMs: 10_000 });
  assert.equal([answer.ok, answer.detail], [false, "wrote more than 1 MiB, and was killed"]);
  assert.ok(answer.tookMs < 5_000, `${answer.tookMs} ms`);
});

test("exec: a command that cannot be started is a failure", async () => {
  const answer = await askOnce(shell("true"), { directory: "/does/not/exist" });
  assert.is(answer.ok, false);
  assert.is.not(answer.detail, "");
});

test("heartbeat: silence is a failure, a beat a success", async () => {
  const silent = await askOnce({ kind: "heartbeat", intervalMs: 100 });
  assert.equal([silent.ok, silent.detail], [false, "no beat for 100ms"]);
});

test.run();
