import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { numberOfInode } from "../../runtime/logs/file-set.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { contentOf, filesOf, makePlace, numbered, PUMPS, runInto, startPump } from "./place.ts";

for (const kind of PUMPS) {
  test(`${kind}: files are rotated at the end of the line that fills them`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a", { maxSizeBytes: 1000, maxFiles: 1000 });
    await runInto(pump, target, ["seq", "20000"]);
    await pump.stop();
    const files = filesOf(target.file).map(String);
    assert.is(files.join(""), numbered(20000));
    assert.ok(files.length > 90);
    for (const file of files.slice(0, -1))
      assert.ok(file.endsWith("\n") && file.length >= 1000 && file.length < 1006, `${file.length} bytes`);
    assert.is(pump.stats().rotations, files.length - 1);
  });

  test(`${kind}: as many rotated files are kept as the policy says, the newest`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a", { maxSizeBytes: 1000, maxFiles: 3 });
    await runInto(pump, target, ["seq", "5000"]);
    const names = readdirSync(dirname(target.file)).sort();
    assert.equal(names, [
      "out.log",
      "out.log.1",
      "out.log.1.idx",
      "out.log.2",
      "out.log.2.idx",
      "out.log.3",
      "out.log.3.idx",
      "out.log.idx",
    ]);
    assert.ok(numbered(5000).endsWith(contentOf(target.file).toString()));
    pump.update({ ...target, maxFiles: 0 });
    await runInto(pump, { ...target, maxFiles: 0 }, ["seq", "5000"]);
    await pump.stop();
    assert.equal(readdirSync(dirname(target.file)).sort(), ["out.log", "out.log.idx"]);
  });

  test(`${kind}: bytes of any kind arrive as they were written, in lines of any length`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const bytes = Buffer.concat([
      randomBytes(700_000),
      Buffer.alloc(300_000, "x"),
      Buffer.from("\n"),
      randomBytes(200_000),
      Buffer.from("no end"),
    ]);
    writeFileSync(join(place.dir, "bytes"), bytes);
    const target = place.target("a", { maxSizeBytes: 50_000, maxFiles: 1000 });
    await runInto(pump, target, ["cat", join(place.dir, "bytes")]);
    await pump.stop();
    assert.ok(contentOf(target.file).equals(bytes));
    for (const file of filesOf(target.file).slice(0, -1)) assert.ok(file.length <= 50_000 + 65_536 * 2, `${file.length} bytes`);
  });

  test(`${kind}: rotated files are compressed in the background, also those that an earlier policy left`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a", { maxSizeBytes: 20_000, maxFiles: 50 });
    await runInto(pump, target, ["seq", "10000"]);
    assert.ok(existsSync(`${target.file}.2`));
    await runInto(pump, { ...target, compress: true }, ["seq", "10001", "20000"]);
    const folder = dirname(target.file);
    await waitFor(() => readdirSync(folder).every((name) => !/\.\d+$|tmp/.test(name)), {
      what: "all rotated files to be compressed",
      seen: () => readdirSync(folder),
    });
    await pump.stop();
    assert.ok(existsSync(`${target.file}.1.gz`) && !existsSync(`${target.file}.1`));
    assert.is(statSync(`${target.file}.1.gz`).mode & 0o777, 0o600);
    assert.is(contentOf(target.file).toString(), numbered(20000));
  });

  test(`${kind}: compression keeps up with rotation that goes on meanwhile`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a", { maxSizeBytes: 100_000, maxFiles: 4, compress: true });
    await runInto(pump, target, ["seq", "1000000"]);
    const folder = dirname(target.file);
    await waitFor(() => readdirSync(folder).every((name) => !/\.\d+$|tmp/.test(name)), {
      what: "all rotated files to be compressed",
      seen: () => readdirSync(folder),
    });
    await pump.stop();
    assert.ok(numbered(1_000_000).endsWith(contentOf(target.file).toString()));
    assert.equal(
      pump.events.filter((event) => event.kind === "error"),
      [],
    );
  });
}

test("a rotated file is found while it moves on", async () => {
  using place = makePlace();
  const file = join(place.dir, "moving.log");
  for (const number of [1, 2, 3]) writeFileSync(`${file}.${number}`, "");
  const { ino } = statSync(`${file}.3`);
  // The highest first and the live file never: what a rotation looks like in its midst.
  const shifts = `for (let k = 1; k < 1500; k++) for (const i of [k + 2, k + 1, k]) require("fs").renameSync(\`\${process.argv[1]}.\${i}\`, \`\${process.argv[1]}.\${i + 1}\`);`;
  const rotating = spawn(process.execPath, ["-e", shifts, file], { stdio: "inherit" });
  const ended = once(rotating, "exit");
  let missed = 0;
  while (rotating.exitCode === null) {
    for (let look = 0; look < 50; look += 1) missed += numberOfInode(file, ino) === null ? 1 : 0;
    await new Promise(setImmediate);
  }
  assert.equal(await ended, [0, null]);
  assert.is(missed, 0);
});

test.run();
