import { appendFileSync, mkdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { isGap, type LogRecord } from "../../core/logs/record.ts";
import { lastLines } from "../../runtime/logs/last-lines.ts";
import type { LogPump, LogStreamTarget } from "../../runtime/logs/pump.ts";
import { type LogSource, type ReadLogsOptions, readLogs } from "../../runtime/logs/read.ts";
import { test } from "../rig/test.ts";
import { pause } from "../rig/wait.ts";
import { makePlace, runInto, startPump } from "./place.ts";

const source = (file: string, name = "a"): LogSource => ({ project: "shop", name, instance: 0, stream: "out", file });

async function read(options: ReadLogsOptions): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of readLogs(options)) records.push(record);
  return records;
}

const texts = (records: readonly LogRecord[]) => records.map((record) => (isGap(record) ? "gap" : record.line));

/** Writes lines into a stream a few milliseconds apart. */
async function say(pump: LogPump, target: LogStreamTarget, ...lines: string[]): Promise<void> {
  const fd = pump.open(target);
  for (const line of lines) {
    writeSync(fd, `${line}\n`);
    await pump.drain(target.key);
    await pause(3);
  }
  pump.closeWriter(fd);
}

test("lines come with the time at which they were written, merged over streams and rotated files", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const [one, two] = [place.target("one", { maxSizeBytes: 4 }), place.target("two")];
  const before = Date.now();
  for (let i = 0; i < 5; i++) {
    await say(pump, one, `a${i}`);
    await say(pump, two, `b${i}`);
  }
  await pump.stop();
  const records = await read({ streams: [source(one.file, "one"), source(two.file, "two")] });
  assert.equal(texts(records), ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"]);
  assert.equal({ ...records[1], time: null }, { project: "shop", name: "two", instance: 0, stream: "out", line: "b0", time: null });
  const times = records.map((record) => record.time?.getTime() ?? 0);
  assert.ok(times.every((time, i) => time >= (times[i - 1] ?? before) && time <= Date.now()));
  assert.equal(texts(await read({ streams: [source(one.file), source(two.file)], lines: 3 })), ["b3", "a4", "b4"]);
  assert.equal(texts(await read({ streams: [source(one.file)], lines: 0 })), []);
});

test("only what came since a moment", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const target = place.target("a", { maxSizeBytes: 30, maxFiles: 10 });
  await say(pump, target, ...Array.from({ length: 20 }, (_, i) => `old ${i}`));
  await pause(5);
  const since = new Date();
  await say(pump, target, ...Array.from({ length: 20 }, (_, i) => `new ${i}`));
  await pump.stop();
  const streams = [source(target.file)];
  assert.equal(
    texts(await read({ streams, since })),
    Array.from({ length: 20 }, (_, i) => `new ${i}`),
  );
  assert.equal(texts(await read({ streams, since, lines: 2 })), ["new 18", "new 19"]);
  assert.equal(texts(await read({ streams, since, lines: 100 })).length, 20);
  assert.equal(texts(await read({ streams, since: new Date(Date.now() + 60_000) })), []);
  assert.equal(texts(await read({ streams, since: new Date(0), grep: { matches: (line) => line.endsWith("1") } })), [
    "old 1",
    "old 11",
    "new 1",
    "new 11",
  ]);
  assert.equal(texts(await read({ streams, grep: { matches: (line) => line.endsWith("1") }, lines: 3 })), ["old 11", "new 1", "new 11"]);
});

test("a line that began before the moment and ended after it is left out", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const target = place.target("a");
  const fd = pump.open(target);
  writeSync(fd, "begun ");
  await pump.drain(target.key);
  await pause(5);
  const since = new Date();
  writeSync(fd, "early\nlate\n");
  pump.closeWriter(fd);
  await pump.stop();
  assert.equal(texts(await read({ streams: [source(target.file)], since })), ["late"]);
});

test("compressed files are read like the others", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const target = place.target("a", { maxSizeBytes: 5000, maxFiles: 20, compress: true });
  await runInto(pump, target, ["seq", "5000"]);
  await pump.stop();
  const streams = [source(target.file)];
  const all = Array.from({ length: 5000 }, (_, i) => String(i + 1));
  assert.equal(texts(await read({ streams })), all);
  for (const lines of [1, 10, 1500, 4999, 5000, 6000]) assert.equal(texts(await read({ streams, lines })), all.slice(-lines));
});

test("the last lines of files of any shape, at every count", async () => {
  using place = makePlace();
  const file = place.target("a").file;
  mkdirSync(dirname(file), { recursive: true });
  const shapes = [
    ["", ""],
    ["x", "y"],
    ["1\n2\n3\n", "4\n5\n6"],
    ["1\n\n\n", "\n\n"],
    ["", "no end"],
    [`${"long".repeat(200_000)}\nshort\n`, "end\n"],
  ];
  for (const [rotated = "", live = ""] of shapes) {
    for (const compressed of [false, true]) {
      rmSync(dirname(file), { recursive: true });
      mkdirSync(dirname(file));
      writeFileSync(`${file}.1${compressed ? ".gz" : ""}`, compressed ? gzipSync(rotated) : rotated);
      writeFileSync(file, live);
      const all = texts(await read({ streams: [source(file)] }));
      const long = all.findIndex((line) => line.length > 50_000) !== -1;
      for (let lines = 0; lines <= all.length + 1; lines++) {
        const last = texts(await read({ streams: [source(file)], lines }));
        assert.equal(last, lines === 0 ? [] : all.slice(-lines), `${lines} of ${long ? "long lines" : JSON.stringify([rotated, live])}`);
      }
    }
  }
});

test("a long line comes in pieces, bytes that are no UTF-8 are replaced, a last line without end is shown", async () => {
  using place = makePlace();
  const file = place.target("a").file;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${"é".repeat(100_000)}\n`);
  appendFileSync(file, Buffer.from([0x61, 0xff, 0xfe, 0x62, 10]));
  appendFileSync(file, "\ufefflast");
  const lines = texts(await read({ streams: [source(file)] }));
  assert.is(lines.slice(0, -2).join(""), "é".repeat(100_000));
  assert.equal(lines.slice(-2), ["a\ufffd\ufffdb", "\ufefflast"]);
  assert.ok((await read({ streams: [source(file)] })).every((record) => record.time === null));
});

test("files that are not there are no error", async () => {
  assert.equal(await read({ streams: [source("/nowhere/out.log")], lines: 5 }), []);
  assert.equal(lastLines("/nowhere/out.log", 5), []);
});

test("lastLines gives the end of a log, and of the file before it right after a rotation", () => {
  using place = makePlace();
  const file = place.target("a").file;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.1`, "1\n2\n3\n");
  assert.equal(lastLines(file, 2), ["2", "3"]);
  writeFileSync(file, "4\n5");
  assert.equal(lastLines(file, 1), ["5"]);
  assert.equal(lastLines(file, 3), ["3", "4", "5"]);
  assert.equal(lastLines(file, 20), ["1", "2", "3", "4", "5"]);
  writeFileSync(file, `${"x".repeat(1_000_000)}\nend\n`);
  assert.equal(lastLines(file, 1), ["end"]);
  const [long = ""] = lastLines(file, 2);
  assert.ok(long === "3" || /^x+$/.test(long));
});

test.run();
