import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, fstatSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ensureFifo } from "../../runtime/process/fifo.ts";
import { openUnnamedFifo } from "../../runtime/process/unnamed-fifo.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const LINUX = needs("linux");

/** A shell that writes into two FIFOs; `find` looks for what was made as `out`, and tells what it found: its inode. */
class Writer {
  readonly folder = mkdtempSync(join(tmpdir(), "fifo-"));
  readonly out = join(this.folder, "run/1.out");
  readonly inode: number;
  readonly child: ChildProcess;

  constructor(script: string) {
    const open = ["1.out", "1.err"].map((name) => openIn(this.folder, name));
    this.inode = fstatSync(open[0] ?? -1).ino;
    this.child = spawn("/bin/sh", ["-c", script], { stdio: ["ignore", ...open] });
    for (const fd of open) closeSync(fd);
  }

  find(): number | null {
    const fd = openUnnamedFifo([this.child.pid ?? 0], this.out);
    if (fd === null) return null;
    const { ino } = fstatSync(fd);
    closeSync(fd);
    return ino;
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function openIn(folder: string, name: string): number {
  const run = join(folder, "run");
  mkdirSync(run, { recursive: true });
  ensureFifo(join(run, name));
  return openSync(join(run, name), constants.O_RDWR);
}

test.unless(LINUX, "a pipe that bears its name is not looked for elsewhere", () => {
  using writer = new Writer("exec sleep 1000");
  assert.is(writer.find(), null);
});

test.unless(LINUX, "a pipe whose name was removed, or made anew, or whose folder was moved, is found in its writer", () => {
  using writer = new Writer("exec sleep 1000");
  renameSync(join(writer.folder, "run"), join(writer.folder, "elsewhere"));
  assert.is(writer.find(), writer.inode);
  rmSync(join(writer.folder, "elsewhere"), { recursive: true });
  assert.is(writer.find(), writer.inode);
  closeSync(openIn(writer.folder, "1.out"));
  assert.is(writer.find(), writer.inode);
});

test.unless(LINUX, "a writer that has its stdout redirected for a moment, at any moment, does not hide it", async () => {
  using writer = new Writer("while :; do echo >&2; done");
  rmSync(join(writer.folder, "run"), { recursive: true });
  // Nobody reads: sooner or later it is blocked in the middle.
  for (let look = 0; look < 200; look += 1) assert.is(writer.find(), writer.inode);
  using busy = new Writer("while :; do : >&2; done");
  rmSync(join(busy.folder, "run"), { recursive: true });
  for (let look = 0; look < 3_000; look += 1) assert.is(busy.find(), busy.inode);
});

test.unless(LINUX, "who writes elsewhere, and who is gone, has none", async () => {
  using elsewhere = new Writer("exec >/dev/null; exec sleep 1000");
  rmSync(join(elsewhere.folder, "run"), { recursive: true });
  await waitFor(() => elsewhere.find() === null, { what: "the redirection" });
  elsewhere.child.kill("SIGKILL");
  await waitFor(() => elsewhere.child.signalCode !== null, { what: "its end" });
  assert.is(elsewhere.find(), null);
});

test.run();
