import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import * as assert from "uvu/assert";
import { isGap, type LogRecord } from "../../core/logs/record.ts";
import { readLogs } from "../../runtime/logs/read.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { makePlace, runInto, startPump } from "./place.ts";

/** Follows files, gathering what comes. */
function follow(files: readonly string[], lines?: number) {
  const abort = new AbortController();
  const records: LogRecord[] = [];
  const streams = files.map((file, i) => ({ project: "shop", name: `s${i}`, instance: 0, stream: "out" as const, file }));
  const run = async () => {
    for await (const record of readLogs({ streams, lines, follow: abort.signal })) records.push(record);
  };
  const running = run();
  const seen = () => records.map((record) => (isGap(record) ? `gap ${record.gap.reason} ${record.gap.droppedBytes}` : record.line));
  const until = (count: number) => waitFor(() => records.length >= count, { what: `${count} records`, seen: () => seen().slice(-20) });
  const stop = async () => {
    abort.abort();
    await running;
  };
  return { records, seen, until, stop };
}

test("what is written is shown, complete lines only, the last ones of the past first", async () => {
  using place = makePlace();
  const { file } = place.target("a");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "1\n2\n3\n4 begun");
  const following = follow([file], 2);
  await following.until(1);
  assert.equal(following.seen(), ["3"]);
  appendFileSync(file, ", ended\n5\n");
  await following.until(3);
  await following.stop();
  assert.equal(following.seen(), ["3", "4 begun, ended", "5"]);
});

test("a file that does not exist yet is shown from its beginning", async () => {
  using place = makePlace();
  const { file } = place.target("a");
  const following = follow([file], 10);
  await pause(30);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "1\n2\n");
  await following.until(2);
  await following.stop();
  assert.equal(following.seen(), ["1", "2"]);
});

test("lines of a file that was met before it had an index have their times", async () => {
  using place = makePlace();
  const target = place.target("a");
  mkdirSync(dirname(target.file), { recursive: true });
  writeFileSync(target.file, "");
  const following = follow([target.file]);
  await pause(50);
  const pump = await startPump("thread");
  await runInto(pump, target, ["echo", "first"]);
  await following.until(1);
  await following.stop();
  await pump.stop();
  assert.ok(following.records[0]?.time instanceof Date);
});

test("a file that is emptied, or removed and made again, is followed on", async () => {
  using place = makePlace();
  const { file } = place.target("a");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "a longer line\n");
  const following = follow([file]);
  await following.until(1);
  truncateSync(file);
  appendFileSync(file, "1\n");
  await following.until(2);
  rmSync(file);
  await pause(30);
  writeFileSync(file, "2\n");
  await following.until(3);
  await following.stop();
  assert.equal(following.seen(), ["a longer line", "1", "2"]);
});

test("an unfinished line that is cut off does not come twice", async () => {
  using place = makePlace();
  const { file } = place.target("a");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "1\n2\nunfinished");
  const following = follow([file]);
  await following.until(2);
  truncateSync(file, 4);
  await pause(50);
  appendFileSync(file, "3\n");
  await following.until(3);
  await following.stop();
  assert.equal(following.seen(), ["1", "2", "3"]);
});

for (const compress of [false, true]) {
  test(`rotation does not disturb${compress ? ", nor compression" : ""}`, async () => {
    using place = makePlace();
    const pump = await startPump("thread");
    const target = place.target("a", { maxSizeBytes: 20_000, maxFiles: 200, compress });
    const following = follow([target.file]);
    for (let i = 0; i < 10; i++) {
      await runInto(pump, target, ["seq", String(i * 10_000 + 1), String(i * 10_000 + 10_000)]);
    }
    await following.until(100_000);
    await following.stop();
    await pump.stop();
    assert.is(
      following.seen().findIndex((line, i) => line !== String(i + 1)),
      -1,
    );
  });
}

test("what was rotated away before it could be read is told", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const target = place.target("a", { maxSizeBytes: 1000, maxFiles: 1 });
  await runInto(pump, target, ["echo", "first"]);
  const following = follow([target.file]);
  await following.until(1);
  const fd = pump.open(target);
  // Written and rotated within one turn of this loop: the follower, which lives in it, cannot keep up.
  for (let i = 0; i < 1000; i++) writeSync(fd, `line number ${i}\n`);
  writeSync(fd, "last\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  await waitFor(() => following.seen().includes("last"), { what: "the last line", seen: () => following.seen().slice(-5) });
  await following.stop();
  pump.closeWriter(fd);
  await pump.stop();
  const seen = following.seen();
  assert.is(seen[0], "first");
  assert.is(seen.filter((line) => line === "gap rotated-away null").length, 1);
});

function nextMillisecond(): Promise<unknown> {
  const before = Date.now();
  return waitFor(() => Date.now() > before, { what: "the clock to go on" });
}

test("several streams are followed together, in the order of time", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const [one, two] = [place.target("one"), place.target("two")];
  const following = follow([one.file, two.file]);
  for (let i = 0; i < 10; i++) {
    // Times are known to the millisecond, and two of these lines can be written in one.
    await nextMillisecond();
    await runInto(pump, one, ["echo", `one ${i}`]);
    await nextMillisecond();
    await runInto(pump, two, ["echo", `two ${i}`]);
  }
  await following.until(20);
  await following.stop();
  await pump.stop();
  assert.equal(following.seen(), Array.from({ length: 10 }, (_, i) => [`one ${i}`, `two ${i}`]).flat());
});

test.run();
