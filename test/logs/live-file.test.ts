import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { makePlace, PUMPS, startPump } from "./place.ts";

for (const kind of PUMPS) {
  test(`${kind}: a live file that was emptied, removed, renamed or replaced is found again`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a");
    const { file } = target;
    const fd = pump.open(target);
    const say = async (line: string) => {
      writeSync(fd, `${line}\n`);
      await pump.drain(target.key);
    };
    await say("first");
    truncateSync(file);
    await say("second");
    assert.is(readFileSync(file, "utf8"), "second\n");
    rmSync(file);
    await say("third");
    assert.is(readFileSync(file, "utf8"), "third\n");
    renameSync(file, `${file}.moved`);
    await say("fourth");
    assert.is(readFileSync(file, "utf8"), "fourth\n");
    assert.is(readFileSync(`${file}.moved`, "utf8"), "third\n");
    rmSync(dirname(file), { recursive: true });
    await say("fifth");
    assert.is(readFileSync(file, "utf8"), "fifth\n");
    appendFileSync(file, "from outside\n");
    await say("sixth");
    assert.is(readFileSync(file, "utf8"), "fifth\nfrom outside\nsixth\n");
    pump.closeWriter(fd);
    await pump.stop();
    assert.is(statSync(file).mode & 0o777, 0o600);
  });

  test(`${kind}: the FIFO is its owner's alone, remains when the pump stops, and goes with the stream`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const [kept, closed] = [place.target("kept"), place.target("closed")];
    for (const target of [kept, closed]) pump.closeWriter(pump.open(target));
    assert.ok(statSync(kept.fifo).isFIFO());
    assert.is(statSync(kept.fifo).mode & 0o777, 0o600);
    await pump.close(closed.key);
    assert.not(existsSync(closed.fifo));
    await pump.stop();
    assert.ok(existsSync(kept.fifo));
  });

  test(`${kind}: what waits in a FIFO when the pump stops is taken up by the next one`, async () => {
    using place = makePlace();
    const target = place.target("a");
    const first = await startPump(kind);
    const fd = first.open(target);
    writeSync(fd, "one\n");
    await first.stop();
    writeSync(fd, "two\n");
    const second = await startPump(kind);
    second.resume(target);
    writeSync(fd, "three");
    await second.stop();
    second.closeWriter(fd);
    assert.is(readFileSync(target.file, "utf8"), "one\ntwo\nthree");
  });

  test(`${kind}: a folder that cannot be made is told, and the log begins once it can`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a");
    appendFileSync(`${place.dir}/logs`, "in the way");
    const fd = pump.open(target);
    writeSync(fd, "line\n");
    await waitFor(() => pump.events.find((event) => event.kind === "error"), { what: "the error" });
    rmSync(`${place.dir}/logs`);
    await waitFor(() => pump.events.find((event) => event.kind === "recovered"), { what: "the recovery" });
    await pump.drain(target.key);
    pump.closeWriter(fd);
    await pump.stop();
    assert.is(readFileSync(target.file, "utf8"), "line\n");
    assert.is(pump.stats().droppedBytes, 0);
  });
}

test.run();
