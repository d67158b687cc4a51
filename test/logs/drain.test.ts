import { once } from "node:events";
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { contentOf, makePlace, numbered, PUMPS, runInto, startPump, startWriter } from "./place.ts";

for (const kind of PUMPS) {
  test(`${kind}: when drain resolves, the last bytes of a process are in its log`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    for (let round = 0; round < 20; round++) {
      const target = place.target(`a${round}`);
      await runInto(pump, target, ["sh", "-c", "seq 20000; printf 'the end'"]);
      assert.is(readFileSync(target.file, "utf8"), `${numbered(20000)}the end`);
    }
    await pump.stop();
  });

  test(`${kind}: 200 streams at a time`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const targets = Array.from({ length: 200 }, (_, i) => place.target(`a${i}`, { maxSizeBytes: 2000, maxFiles: 20 }));
    const writers = targets.map((target) => {
      const fd = pump.open(target);
      const writer = startWriter(["seq", "2000"], fd);
      pump.closeWriter(fd);
      return once(writer, "exit");
    });
    await Promise.all(writers);
    await Promise.all(targets.map((target) => pump.drain(target.key)));
    // A busy machine may need longer for so many than a drain waits at most, and turns files over meanwhile.
    for (const { file } of targets) await waitFor(() => isThere(file, numbered(2000)), { what: `all of ${file}`, limitMs: 30_000 });
    for (const target of targets) assert.is(contentOf(target.file).toString(), numbered(2000));
    await pump.stop();
  });
}

function isThere(file: string, content: string): boolean {
  try {
    return contentOf(file).toString() === content;
  } catch {
    return false; // A file that was listed has another number by now.
  }
}

test("thread: a drain ends although the writer never does, and a flood does not starve the others", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  const loud = place.target("loud", { maxFiles: 1 });
  const fd = pump.open(loud);
  const flood = startWriter(["yes", "a line that never ends to be written"], fd);
  const slowest = { drain: 0, other: 0 };
  try {
    for (let round = 0; round < 20; round++) {
      slowest.drain = Math.max(slowest.drain, await taken(pump.drain(loud.key)));
      slowest.other = Math.max(slowest.other, await taken(runInto(pump, place.target(`quiet${round}`), ["echo", "hello"])));
    }
  } finally {
    flood.kill("SIGKILL");
    await once(flood, "exit");
    pump.closeWriter(fd);
    await pump.stop();
  }
  // A disk that is overrun by the flood slows all: two seconds are what a drain waits at most.
  assert.ok(slowest.drain < 3_000 && slowest.other < 4_000, `slowest: ${JSON.stringify(slowest)} ms`);
});

async function taken(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

test("thread: with nothing to do it does not wake up", async () => {
  using place = makePlace();
  const pump = await startPump("thread");
  for (let i = 0; i < 50; i++) await runInto(pump, place.target(`a${i}`), ["echo", "hello"]);
  const before = pump.stats().wakeups;
  await pause(300);
  assert.is(pump.stats().wakeups, before);
  await pump.stop();
});

test.run();
