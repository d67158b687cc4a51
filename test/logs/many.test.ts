import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import * as assert from "uvu/assert";
import { encodeIndexHeader, encodeIndexRecord, INDEX_RECORD_BYTES } from "../../core/logs/index-format.ts";
import { isGap, type LogRecord } from "../../core/logs/record.ts";
import { gzipPath, indexPath, logPath } from "../../runtime/logs/file-set.ts";
import { type LogSource, type ReadLogsOptions, readLogs } from "../../runtime/logs/read.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { makePlace, type Place } from "./place.ts";

/** More than may be open at a time. */
const STREAMS = 400;
/** Files of each stream. */
const FILES = 3;
/** Lines of each file; long enough for several pieces. */
const LINES = 60;
const FILLER = "x".repeat(1000);
/** Descriptors that a reading may have: two for each file that is open, and some that are just being opened or closed. */
const DESCRIPTORS_MAX = 2 * 128 + 150;

const descriptors = (): number => readdirSync("/proc/self/fd").length;
const streamsOf = (place: Place): LogSource[] =>
  Array.from({ length: STREAMS }, (_, i) => ({
    project: "shop",
    name: `s${i}`,
    instance: 0,
    stream: "out",
    file: place.target(`s${i}`).file,
  }));

/** Line `n` of stream `i`, of which every line is one ms after the same of the stream before. */
const lineOf = (n: number, i: number): string => `${n * STREAMS + i} ${FILLER}\n`;

/** Writes a file of a stream with its index, a chunk for each line. */
function writeFile(file: string, number: number, sequence: number, lines: readonly [n: number, i: number][]): void {
  mkdirSync(dirname(file), { recursive: true });
  const texts = lines.map(([n, i]) => lineOf(n, i));
  writeFileSync(logPath(file, number), texts.join(""));
  let offset = 0;
  const records = lines.map(([n, i], index) => {
    const record = new Uint8Array(INDEX_RECORD_BYTES);
    encodeIndexRecord(new DataView(record.buffer), { kind: "chunk", offset, timeMs: 1_000_000 + n * STREAMS + i });
    offset += texts[index]?.length ?? 0;
    return record;
  });
  writeFileSync(indexPath(file, number), Buffer.concat([encodeIndexHeader(sequence), ...records]));
}

function writeAll(streams: readonly LogSource[]): void {
  for (const [i, { file }] of streams.entries())
    for (let part = 0; part < FILES; part++)
      writeFile(
        file,
        FILES - 1 - part,
        part,
        Array.from({ length: LINES }, (_, line) => [part * LINES + line, i]),
      );
}

const numberOf = (record: LogRecord): number => (isGap(record) ? -1 : Number(record.line.split(" ")[0]));

async function numbers(options: ReadLogsOptions): Promise<{ seen: number[]; most: number }> {
  const seen: number[] = [];
  let most = 0;
  for await (const record of readLogs(options)) {
    if (seen.length % 500 === 0) most = Math.max(most, descriptors());
    seen.push(numberOf(record));
  }
  return { seen, most };
}

test.unless(needs("linux"), "hundreds of streams with rotated files are merged with few files open", async () => {
  using place = makePlace();
  const streams = streamsOf(place);
  writeAll(streams);
  const before = descriptors();
  const all = Array.from({ length: STREAMS * FILES * LINES }, (_, n) => n);
  for (const [options, expected] of [
    [{ streams }, all],
    [{ streams, lines: 1000 }, all.slice(-1000)],
    [{ streams, since: new Date(1_000_000 + 60_000) }, all.slice(60_000)],
  ] as const) {
    const { seen, most } = await numbers(options);
    assert.equal([seen.length, seen.findIndex((n, i) => n !== expected[i])], [expected.length, -1]);
    assert.ok(most - before < DESCRIPTORS_MAX, `${most} descriptors`);
    await waitFor(() => descriptors() <= before, { what: "all to be closed", seen: descriptors });
  }
});

test.unless(needs("linux"), "hundreds are followed with few files open, across rotation, compression and removal", async () => {
  using place = makePlace();
  const streams = streamsOf(place);
  for (const [i, { file }] of streams.entries()) writeFile(file, 0, 0, [[0, i]]);
  const before = descriptors();
  const abort = new AbortController();
  const told: LogRecord[] = [];
  const running = (async () => {
    for await (const record of readLogs({ streams, follow: abort.signal })) told.push(record);
  })();
  const until = (count: number) => waitFor(() => told.length >= count, { what: `${count} records`, seen: () => told.length });
  await until(STREAMS);
  assert.ok(descriptors() - before < DESCRIPTORS_MAX, `${descriptors()} descriptors`);

  // What was written before its file moved away is not lost, whatever became of the file.
  for (const [i, { file }] of streams.entries()) {
    appendFileSync(file, lineOf(1, i));
    if (i % 4 === 0) continue;
    renameSync(file, logPath(file, 1));
    renameSync(indexPath(file, 0), indexPath(file, 1));
    writeFile(file, 0, 1, [[2, i]]);
    if (i % 4 === 1) {
      writeFileSync(gzipPath(file, 1), gzipSync(readFileSync(logPath(file, 1))));
      rmSync(logPath(file, 1));
    }
  }
  await until(STREAMS * 2 + (STREAMS * 3) / 4);
  abort.abort();
  await running;
  const expected = streams.flatMap((_, i) => [i, STREAMS + i, ...(i % 4 === 0 ? [] : [2 * STREAMS + i])]).sort((a, b) => a - b);
  assert.equal(
    told.map(numberOf).sort((a, b) => a - b),
    expected,
  );
  // One for all watches may stay.
  await waitFor(() => descriptors() <= before + 2, { what: "all to be closed", seen: descriptors });
});

test.unless(needs("linux"), "what is removed while its file is not open is told, and what comes after is shown", async () => {
  using place = makePlace();
  const streams = streamsOf(place);
  for (const [i, { file }] of streams.entries()) writeFile(file, 0, 0, [[0, i]]);
  const abort = new AbortController();
  const told: LogRecord[] = [];
  const running = (async () => {
    for await (const record of readLogs({ streams, follow: abort.signal })) told.push(record);
  })();
  await waitFor(() => told.length >= STREAMS, { what: "the past" });
  for (const [i, { file }] of streams.entries()) {
    for (const path of [file, indexPath(file, 0)]) rmSync(path);
    writeFile(file, 0, 2, [[2, i]]);
  }
  const fresh = () => told.filter((record) => numberOf(record) >= 2 * STREAMS);
  await waitFor(() => fresh().length >= STREAMS, { what: "what came after", seen: () => fresh().length });
  abort.abort();
  await running;
  assert.is(fresh().length, STREAMS, "each once");
  assert.ok(told.filter((record) => isGap(record) && record.gap.reason === "rotated-away").length >= STREAMS - 128);
});

test.run();
