// timeout: 90s
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isGap, type LogRecord } from "../../core/logs/record.ts";
import { readLogs } from "../../runtime/logs/read.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { makePlace, PUMPS, startPump, startWriter } from "./place.ts";

const MOUNT_BYTES = 3 * 1024 * 1024;

/** A file system of 3 MB; `using` unmounts it. */
function mountSmall(path: string): Disposable {
  mkdirSync(path, { recursive: true });
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${MOUNT_BYTES}`, "tmpfs", path]);
  if (status !== 0) throw new Error(`cannot mount: ${stderr}`);
  return { [Symbol.dispose]: () => spawnSync("umount", ["-l", path]) };
}

const canMount = process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;
const reason = canMount ? null : "mounting a small file system needs root on Linux";

/** Numbered lines of 100 bytes, until told to end. */
const LINES = 'i=0; while [ ! -e "$1" ]; do i=$((i+1)); printf "%099d\\n" $i; done; echo last';

test.limit(60_000);

for (const kind of PUMPS) {
  test.unless(reason, `${kind}: a full disk makes the writer wait, then drops whole lines, tells the gap and goes on`, async () => {
    using place = makePlace();
    using _mount = mountSmall(join(place.dir, "logs"));
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

test.unless(reason, "thread: a full disk delays nobody who waits for a drain, nor the logs on other disks", async () => {
  using place = makePlace();
  using _mount = mountSmall(join(place.dir, "logs"));
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
