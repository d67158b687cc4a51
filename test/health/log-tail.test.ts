/** Following a log across rotation, compression and truncation, with files as the daemon leaves them. */
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeIndexHeader } from "../../core/logs/index-format.ts";
import { endOfLog, LogTail } from "../../runtime/health/log-tail.ts";
import { makeHome } from "../rig/home.ts";

interface Log {
  readonly file: string;
  write(text: string): void;
  /** As the daemon does: the live file becomes number 1, and those before move up. */
  rotate(): void;
  /** Makes `out.log.1.gz` of `out.log.1`. */
  compress(): void;
}

function makeLog(folder: string): Log {
  const file = join(folder, "out.log");
  let sequence = 1;
  const begin = (): void => {
    writeFileSync(file, "");
    writeFileSync(`${file}.idx`, encodeIndexHeader(sequence++));
  };
  begin();
  return {
    file,
    write: (text) => appendFileSync(file, text),
    rotate() {
      for (const suffix of ["", ".idx"]) renameSync(file + suffix, `${file}.1${suffix}`);
      begin();
    },
    compress() {
      writeFileSync(`${file}.1.gz`, gzipSync(readFileSync(`${file}.1`)));
      rmSync(`${file}.1`);
    },
  };
}

async function linesOf(tail: LogTail): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const { lines, more } = await tail.read();
    all.push(...lines);
    if (!more) return all;
  }
}

test("only what comes after the beginning is read, each line once and whole", async () => {
  await using home = makeHome();
  const log = makeLog(home.work);
  log.write("old\n");
  const tail = new LogTail(log.file, endOfLog(log.file));
  assert.equal(await linesOf(tail), []);
  log.write("one\ntw");
  assert.equal(await linesOf(tail), ["one"]);
  log.write("o\nthree\n");
  assert.equal(await linesOf(tail), ["two", "three"]);
  assert.equal(await linesOf(tail), []);
});

test("a log that does not exist yet is read from its first line", async () => {
  await using home = makeHome();
  const file = join(home.work, "later/out.log");
  const tail = new LogTail(file, endOfLog(file));
  assert.equal(await linesOf(tail), []);
  home.write("later/out.log", "first\n");
  assert.equal(await linesOf(tail), ["first"]);
});

for (const compressed of [false, true]) {
  test(`what was written before a rotation is not missed${compressed ? ", although it is compressed" : ""}`, async () => {
    await using home = makeHome();
    const log = makeLog(home.work);
    log.write("old\nseen\n");
    const tail = new LogTail(log.file, endOfLog(log.file));
    log.write("before");
    assert.equal(await linesOf(tail), []);
    log.write(" it\n");
    log.rotate();
    if (compressed) log.compress();
    log.write("after it\n");
    assert.equal(await linesOf(tail), ["before it", "after it"]);
    log.write("more\n");
    assert.equal(await linesOf(tail), ["more"]);
  });
}

test("a log that was emptied is read anew", async () => {
  await using home = makeHome();
  const log = makeLog(home.work);
  log.write("a long line that was there before\n");
  const tail = new LogTail(log.file, endOfLog(log.file));
  truncateSync(log.file, 0);
  log.write("new\n");
  assert.equal(await linesOf(tail), ["new"]);
});

test("a flood is read in turns", async () => {
  await using home = makeHome();
  const log = makeLog(home.work);
  const tail = new LogTail(log.file, endOfLog(log.file));
  const line = "x".repeat(99);
  log.write(`${line}\n`.repeat(10_000));
  const first = await tail.read();
  assert.ok(first.more && first.lines.length < 3_000, String(first.lines.length));
  assert.is(first.lines.length + (await linesOf(tail)).length, 10_000);
});

test.run();
