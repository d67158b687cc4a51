import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult } from "../../core/api/wire.ts";
import { exitCodeOf } from "../../core/errors/catalogue.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { connect, isWait } from "./client.ts";
import { isNothingRegistered } from "./connect.ts";

/** A home with something that answers like a daemon. */
interface Stage extends AsyncDisposable {
  readonly home: string;
  readonly asked: string[];
  readonly warnings: string[];
}

async function stage(answer: (request: IncomingMessage, response: ServerResponse) => void, version = "1.0.0"): Promise<Stage> {
  const home = mkdtempSync("/tmp/gc-");
  mkdirSync(join(home, "run"));
  const socket = join(home, "run", "daemon.sock");
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  writeFileSync(join(home, "run", "daemon.pid"), JSON.stringify({ pid: 1, socket, version, startedAt: "2026-01-01T00:00:00Z" }));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(home, { recursive: true });
  };
  return { home, asked, warnings: [], [Symbol.asyncDispose]: close };
}

const clientOf = (home: string, warnings: string[] = [], start: "never" | "if-not-stopped" = "never") =>
  connect(home, { start, version: "1.0.0", warn: (text) => warnings.push(text) });

async function errorOf(promise: Promise<unknown>): Promise<GhostError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.instance(error, GhostError);
  return error as GhostError;
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test("asks with names in the query and in the path", async () => {
  await using scene = await stage((_, response) => response.end("[]"));
  const client = clientOf(scene.home);
  await client.processes();
  await client.processes(["shop/*", "api"]);
  await client.details("shop/api");
  await client.history({ names: ["a"], limit: 5, since: new Date(0) });
  assert.equal(scene.asked, [
    "GET /v1/processes",
    "GET /v1/processes?names=shop%2F*%2Capi",
    "GET /v1/processes/shop%2Fapi",
    "GET /v1/history?names=a&limit=5&since=1970-01-01T00%3A00%3A00.000Z",
  ]);
});

test("gives the daemon's own errors", async () => {
  await using scene = await stage((_, response) =>
    response.writeHead(404).end(JSON.stringify({ error: { code: "NOT_FOUND", message: "cannot find api", hint: "did you mean apo?" } })),
  );
  const error = await errorOf(clientOf(scene.home).details("api"));
  assert.equal([error.code, exitCodeOf(error.code), error.hint], ["NOT_FOUND", 3, "did you mean apo?"]);
});

test("gives outcomes as they come, whole lines only", async () => {
  const result = (name: string): ActionResult => ({ project: "shop", name, instance: 0, ok: true, did: "stopped", pid: null });
  await using scene = await stage((_, response) => {
    const text = `${JSON.stringify(result("a"))}\n${JSON.stringify(result("日本"))}\n`;
    const bytes = Buffer.from(text);
    // Cut in the middle of a character.
    const cut = bytes.indexOf(Buffer.from("日")) + 1;
    response.write(bytes.subarray(0, cut));
    setTimeout(() => response.end(bytes.subarray(cut)), 20);
  });
  const results = await collect(clientOf(scene.home).act("stop", { names: ["all"] }));
  assert.equal(
    results.map((line) => !isWait(line) && line.name),
    ["a", "日本"],
  );
});

test("a daemon that ends in the middle of an answer is told as such", async () => {
  await using scene = await stage((_, response) => {
    response.write(`{"project":"shop","name":"a","instance":0,"ok":true,"did":"stopped","pid":null}\n`);
    setTimeout(() => response.destroy(), 20);
  });
  const error = await errorOf(collect(clientOf(scene.home).act("stop", { names: ["all"] })));
  assert.equal([error.code, exitCodeOf(error.code)], ["DAEMON_UNREACHABLE", 4]);
});

test("a daemon that dies before it answers: what may be asked twice finds nobody, of all else the outcome is unknown", async () => {
  await using scene = await stage((_, response) => response.destroy());
  const client = clientOf(scene.home);
  assert.match((await errorOf(client.processes())).message, "it does not run");
  const error = await errorOf(collect(client.act("restart", { names: ["api"], by: "test" })));
  assert.is(error.code, "DAEMON_UNREACHABLE");
  assert.match(error.message, /cannot tell what came of it: the daemon \(pid 1\) ended before it answered/);
  assert.is(scene.asked.filter((line) => line.startsWith("POST")).length, 1);
});

test("an error in the middle of a stream ends it", async () => {
  await using scene = await stage((_, response) =>
    response.end(`${JSON.stringify({ error: { code: "NO_SPACE", message: "cannot save" } })}\n`),
  );
  assert.is((await errorOf(collect(clientOf(scene.home).act("stop", { names: ["all"] })))).code, "NO_SPACE");
});

test("register gives the plan first, then the outcomes", async () => {
  await using scene = await stage((_, response) =>
    response.end(`{"changes":[{"action":"add"}],"warnings":["w"]}\n{"name":"a","did":"started"}\n`),
  );
  const manifest = { id: "/srv/a b.yaml", project: "p", files: [], processes: [], groups: [], path: "", secrets: {} };
  const registration = await clientOf(scene.home).register({ manifest });
  assert.is(registration.changes.length, 1);
  assert.equal(registration.warnings, ["w"]);
  assert.is((await collect(registration.results)).length, 1);
  assert.equal(scene.asked, ["PUT /v1/manifests/%2Fsrv%2Fa%20b.yaml"]);
});

test("events come as they happen, whole", async () => {
  await using scene = await stage((_, response) => {
    response.write('id: 1\ndata: {"seq":1,"na');
    setTimeout(() => response.end('me":"a"}\n\nid: 2\ndata: {"seq":2,"name":"b"}\n\n'), 20);
  });
  const events = await collect(clientOf(scene.home).events(new AbortController().signal, 0));
  assert.equal(
    events.map(({ seq, name }) => [seq, name]),
    [
      [1, "a"],
      [2, "b"],
    ],
  );
  assert.equal(scene.asked, ["GET /v1/events?after=0"]);
});

test("warns once of a daemon of another version", async () => {
  await using scene = await stage((_, response) => response.end("[]"), "0.9.0");
  const client = clientOf(scene.home, scene.warnings);
  await client.processes();
  await client.processes();
  assert.is(scene.warnings.length, 1);
  assert.match(scene.warnings[0] ?? "", /0\.9\.0.*ghost daemon restart/);
});

test("without a daemon: unreachable, stopped on purpose, or nothing registered", async () => {
  const home = mkdtempSync("/tmp/gc-");
  try {
    assert.equal([(await errorOf(clientOf(home).system())).code], ["DAEMON_UNREACHABLE"]);
    const nothing = await errorOf(clientOf(home, [], "if-not-stopped").processes());
    assert.equal([exitCodeOf(nothing.code), isNothingRegistered(nothing)], [3, true]);
    mkdirSync(join(home, "run"));
    writeFileSync(join(home, "run", "stopped"), "");
    const stopped = await errorOf(clientOf(home, [], "if-not-stopped").processes());
    assert.equal([stopped.code, exitCodeOf(stopped.code), stopped.hint], ["DAEMON_STOPPED", 4, "ghost daemon start"]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test("a request that was given up before it was sent is not sent", async () => {
  await using scene = await stage((_, response) => response.end("\n"));
  const error = await errorOf(collect(clientOf(scene.home).act("stop", { names: ["all"] }, AbortSignal.abort())));
  assert.equal([error.code, scene.asked], ["INTERRUPTED", []]);
});

test("an interrupted wait is told as such", async () => {
  await using scene = await stage((_, response) => void response.write("\n"));
  const interruption = new AbortController();
  const waiting = errorOf(collect(clientOf(scene.home).act("stop", { names: ["all"] }, interruption.signal)));
  setTimeout(() => interruption.abort(), 20);
  assert.equal([(await waiting).code, exitCodeOf((await waiting).code)], ["INTERRUPTED", 130]);
});

test.run();
