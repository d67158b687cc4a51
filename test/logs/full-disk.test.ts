// timeout: 90s
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isGap, type LogRecord } from "../../core/logs/record.ts";
import { readLogs } from "../../runtime/logs/read.ts";
import { cannotMount, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { makePlace, PUMPS, runInto, startPump, startWriter } from "./place.ts";

const MOUNT_BYTES = 3 * 1024 * 1024;

/** Numbered lines of 100 bytes, until told to end. */
const LINES = 'i=0; while [ ! -e "$1" ]; do i=$((i+1)); printf "%099d\\n" $i; done; echo last';

test.limit(60_000);

for (const kind of PUMPS) {
  test.unless(cannotMount, `${kind}: a full disk makes the writer wait, then drops whole lines, tells the gap and goes on`, async () => {
    using place = makePlace();
    using _mount = mountSmall(join(place.dir, "logs"), MOUNT_BYTES);
    const pump = await startPump(kind);
    const target = place.target("a", { maxSizeBytes: 1e9 });
    const [stop, ballast] = [join(place.dir, "stop"), join(place.dir, "logs", "ballast")];
    writeFileSync(ballast, Buffer.alloc(2_000_000));
    const fd = pump.open(target);
    const writer = startWriter(["sh", "-c", LINES, "sh", stop], fd);
    await waitFor(() => pump.events.some((event) => event.kind === "error"), { what: "the disk to be full" });
    const fullAtMs = performance.now();
    assert.equal(
      pump.events.map((event) => event.kind === "error" && event.code),
      ["ENOSPC"],
    );
    const atFull = readFileSync(target.file).length;
    await waitFor(() => readFileSync(target.file).at(-1) === 10 && performance.now() - fullAtMs > 5_500, {
      what: "the unfinished line to be cut off",
      limitMs: 20_000,
    });
    assert.ok(readFileSync(target.file).length <= atFull);
    rmSync(ballast);
    const gap = await waitFor(() => pump.events.find((event) => event.kind === "gap"), { what: "the gap" });
    assert.ok(
      pump.events.some((event) => event.kind === "recovered") ||
        (await waitFor(() => pump.events.some((event) => event.kind === "recovered"), { what: "the recovery" })),
    );
    writeFileSync(stop, "");
    await once(writer, "exit");
    await pump.drain(target.key);
    pump.closeWriter(fd);
    await pump.stop();
    const records: LogRecord[] = [];
    for await (const record of readLogs({ streams: [{ project: "shop", name: "a", instance: 0, stream: "out", file: target.file }] }))
      records.push(record);
    checkRecords(records, gap.kind === "gap" ? gap.droppedBytes : 0);
  });
}

for (const kind of PUMPS) {
  test.unless(cannotMount, `${kind}: removing the log that filled the disk, its own or a quiet one's, frees the disk`, async () => {
    using place = makePlace();
    const folder = join(place.dir, "logs");
    using _mount = mountSmall(folder, MOUNT_BYTES);
    const pump = await startPump(kind);
    const [quiet, loud] = [place.target("quiet", { maxSizeBytes: 1e9 }), place.target("loud", { maxSizeBytes: 1e9 })];
    await runInto(pump, quiet, ["head", "-c", "1500000", "/dev/zero"]);
    const fd = pump.open(loud);
    const writer = startWriter(["yes", "a line of the loud one"], fd);
    for (const { key, file } of [loud, quiet]) {
      await waitFor(() => statfsSync(folder).bavail === 0, { what: "the disk to be full" });
      const recoveries = pump.events.filter((event) => event.kind === "recovered").length;
      rmSync(file);
      await waitFor(() => pump.events.filter((event) => event.kind === "recovered" && event.key === loud.key).length > recoveries, {
        what: `the log to go on after that of ${key} was removed`,
        limitMs: 15_000,
      });
    }
    assert.ok(existsSync(loud.file) && statSync(loud.file).size > 0);
    writer.kill("SIGKILL");
    await once(writer, "exit");
    for (const { file } of [quiet, loud]) rmSync(file, { force: true });
    pump.closeWriter(fd);
    await pump.stop();
  });
}

function checkRecords(records: readonly LogRecord[], droppedBytes: number): void {
  const gaps = records.filter(isGap);
  assert.equal(
    gaps.map(({ gap }) => gap),
    [{ droppedBytes, reason: "disk-full" }],
  );
  const at = records.findIndex(isGap);
  assert.ok(at > 0 && at < records.length - 1, "lines before and after the gap");
  let expected = 1;
  for (const record of records.slice(0, -1)) {
    if (isGap(record)) expected += droppedBytes / 100;
    else assert.is(Number(record.line), expected++);
  }
  assert.is("line" in (records.at(-1) as LogRecord) && (records.at(-1) as { line: string }).line, "last");
  assert.ok(records.every((record) => record.time !== null));
}

test.unless(cannotMount, "thread: a full disk delays nobody who waits for a drain, nor the logs on other disks", async () => {
  using place = makePlace();
  using _mount = mountSmall(join(place.dir, "logs"), MOUNT_BYTES);
  const pump = await startPump("thread");
  const [full, other] = [place.target("full"), place.target("other", { file: join(place.dir, "elsewhere", "out.log") })];
  const fd = pump.open(full);
  const writer = startWriter(["yes"], fd);
  await waitFor(() => pump.events.some((event) => event.kind === "error"), { what: "the disk to be full" });
  const start = performance.now();
  const otherFd = pump.open(other);
  const child = startWriter(["echo", "hello"], otherFd);
  await once(child, "exit");
  await pump.drain(other.key);
  await pump.drain(full.key);
  assert.ok(performance.now() - start < 1_000);
  assert.is(readFileSync(other.file, "utf8"), "hello\n");
  writer.kill("SIGKILL");
  await once(writer, "exit");
  for (const end of [fd, otherFd]) pump.closeWriter(end);
  await pump.stop();
});

test.run();
