import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { makePlace, PUMPS, startPump } from "./place.ts";

const NOBODY = 65_534;
const root = process.getuid?.() === 0 ? null : "running a program as another user needs root";

for (const kind of PUMPS) {
  test.unless(root, `${kind}: a program of another user may reopen its own output, as scripts do with /dev/stderr`, async () => {
    using place = makePlace();
    const pump = await startPump(kind);
    const target = place.target("a", { uid: NOBODY, gid: NOBODY });
    const fd = pump.open(target);
    const script = "echo one; echo two > /dev/stdout; echo three > /proc/self/fd/1; echo four";
    const child = spawn("sh", ["-c", script], { stdio: ["ignore", fd, "inherit"], uid: NOBODY, gid: NOBODY, cwd: "/" });
    pump.closeWriter(fd);
    assert.equal(await once(child, "exit"), [0, null]);
    await pump.drain(target.key);
    const { uid, gid, mode } = statSync(target.fifo);
    assert.equal([uid, gid, mode & 0o777], [NOBODY, NOBODY, 0o600]);
    await pump.stop();
    assert.is(readFileSync(target.file, "utf8"), "one\ntwo\nthree\nfour\n");
  });
}

test.run();
