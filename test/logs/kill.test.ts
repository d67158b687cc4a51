// timeout: 120s
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { LogStreamTarget } from "../../runtime/logs/pump.ts";
import { ensureFifo } from "../../runtime/process/fifo.ts";
import { test } from "../rig/test.ts";
import { pause } from "../rig/wait.ts";
import { contentOf, filesOf, makePlace, startWriter } from "./place.ts";

const PUMPER = fileURLToPath(new URL("./programs/pumper.ts", import.meta.url));
const KILLS = 25;
const WRITERS = 6;

/** Line by line, and in bursts of which the pieces end anywhere. */
const STEADY = 'i=0; while [ ! -e "$1" ]; do i=$((i+1)); echo $i; done; echo last $i';
const BURSTS = 'i=0; while [ ! -e "$1" ]; do seq $((i+1)) $((i+20000)); i=$((i+20000)); sleep 0.01; done; echo last $i';

test.limit(110_000);

test("a pump that is killed again and again loses, tears and doubles no line", async () => {
  using place = makePlace();
  const stop = join(place.dir, "stop");
  const targets = Array.from({ length: WRITERS }, (_, i) => place.target(`w${i}`, { maxSizeBytes: 300_000, maxFiles: 100_000 }));
  const ends = targets.map(openEnd);
  const writers = ends.map((end, i) => startWriter(["sh", "-c", i % 2 === 0 ? STEADY : BURSTS, "sh", stop], end));
  for (let kill = 0; kill < KILLS; kill++) {
    const pumper = await startPumper(targets);
    await pause(Math.random() * 60);
    pumper.kill("SIGKILL");
    await once(pumper, "exit");
  }
  const pumper = await startPumper(targets);
  writeFileSync(stop, "");
  await Promise.all(writers.map((writer) => once(writer, "exit")));
  pumper.stdin?.write("stop\n");
  await once(pumper, "exit");
  ends.forEach(closeSync);
  for (const target of targets) checkLines(target);
});

function checkLines({ file, maxSizeBytes }: LogStreamTarget): void {
  const lines = contentOf(file).toString().split("\n");
  assert.is(lines.pop(), "");
  const last = lines.pop();
  assert.is(last, `last ${lines.length}`);
  const wrong = lines.findIndex((line, i) => line !== String(i + 1));
  assert.is(wrong, -1, `line ${wrong + 1} of ${file} is ${lines[wrong]}`);
  for (const rotated of filesOf(file).slice(0, -1)) {
    assert.is(rotated.at(-1), 10, "a rotated file ends with a line's end");
    assert.ok(rotated.length >= maxSizeBytes && rotated.length < maxSizeBytes + 10, `a rotated file has ${rotated.length} bytes`);
  }
}

function openEnd(target: LogStreamTarget): number {
  ensureFifo(target.fifo);
  return openSync(target.fifo, constants.O_RDWR);
}

async function startPumper(targets: readonly LogStreamTarget[]): Promise<ChildProcess> {
  const pumper = spawn(process.execPath, [PUMPER, JSON.stringify(targets)], { stdio: ["pipe", "pipe", "inherit"] });
  await once(pumper.stdout as NodeJS.ReadableStream, "data");
  return pumper;
}

test.run();
