import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LogFrames } from "./log-frames.ts";

const PAGE = 512;
const FRAME = 24 + PAGE;

/** The two pieces of a frame; `size` is not 0 in a commit's last one. */
function frame(fill: number, size: number): [Buffer, Buffer] {
  const header = Buffer.alloc(24, fill);
  header.writeUInt32BE(size, 4);
  return [header, Buffer.alloc(PAGE, fill)];
}

function onFile(work: (frames: LogFrames, content: () => Buffer, fd: number) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "ghost-frames-"));
  const path = join(folder, "log");
  const fd = openSync(path, "w+");
  try {
    work(new LogFrames(fd), () => readFileSync(path), fd);
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}

function put(frames: LogFrames, number: number, pieces: readonly Buffer[]): void {
  let position = 32 + number * FRAME;
  for (const piece of pieces) {
    frames.write(piece, position);
    position += piece.length;
  }
}

test("a commit's frames are in the file with its last one, and not before", () => {
  onFile((frames, content) => {
    const header = Buffer.alloc(32, 9);
    frames.write(header, 0);
    assert.equal(content(), header);
    const [first, last] = [frame(1, 0), frame(2, 7)];
    put(frames, 0, first);
    assert.is(content().length, 32);
    put(frames, 1, last);
    assert.equal(content(), Buffer.concat([header, ...first, ...last]));
  });
});

test("what waits goes out before anything else is written elsewhere, when it is asked for, and when it becomes too much", () => {
  onFile((frames, content) => {
    put(frames, 0, frame(1, 0));
    frames.flush();
    assert.is(content().length, 32 + FRAME);
    put(frames, 1, frame(2, 0));
    // Undone: the next commit begins where that one had begun.
    const again = frame(3, 7);
    put(frames, 0, again);
    assert.equal(content().subarray(32), Buffer.concat([...again, ...frame(2, 0)]));
    for (let number = 2; number < 1000; number++) put(frames, number, frame(4, 0));
    assert.ok(content().length > 32 + 700 * FRAME);
  });
});

test("a failure is told to whoever writes the last frame, and what failed does not wait any longer", () => {
  onFile((_frames, content) => {
    const frames = new LogFrames(openSync("/dev/full", "w"));
    const [header, page] = frame(1, 7);
    frames.write(header, 32);
    assert.throws(() => frames.write(page, 32 + 24), /ENOSPC/);
    frames.flush();
    assert.is(content().length, 0);
  });
});

test.run();
