import picocolors from "picocolors";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { LogRecord } from "../../core/logs/record.ts";
import { makeLogRenderer } from "./log-lines.ts";
import { plain } from "./paint.ts";

const record = (name: string, line: string): LogRecord => ({
  time: new Date(2026, 10, 23, 12, 0, 1, 7),
  project: "shop",
  name,
  instance: 0,
  stream: "out",
  line,
});

test("one process: the line as it was written", () => {
  assert.is(
    makeLogRenderer({ nameCells: 0, timestamps: false, withProject: false, isTerminal: false }, plain)(record("api", "hello")),
    "hello",
  );
});

test("on a terminal a line between those of others cannot steer it; elsewhere, and alone, it stays as it was written", () => {
  const wipe = record("api", "\u001b[2J\u001b[31mred");
  const shown = (nameCells: number, isTerminal: boolean) =>
    makeLogRenderer({ nameCells, timestamps: false, withProject: false, isTerminal }, plain)(wipe);
  assert.is(shown(3, true), "api │ \u001b[31mred\u001b[0m");
  assert.is(shown(3, false), "api │ \u001b[2J\u001b[31mred");
  assert.is(shown(0, true), "\u001b[2J\u001b[31mred");
});

test("several: each line has its process's name before it, aligned", () => {
  const line = makeLogRenderer({ nameCells: 6, timestamps: true, withProject: false, isTerminal: false }, plain);
  assert.is(line(record("api", "hello")), "api    │ 2026-11-23 12:00:01.007 hello");
});

test("a gap says what is missing", () => {
  const line = makeLogRenderer({ nameCells: 0, timestamps: false, withProject: false, isTerminal: false }, plain);
  assert.match(
    line({ time: null, project: "shop", name: "api", instance: 0, stream: "out", gap: { droppedBytes: 1500, reason: "disk-full" } }),
    /1\.5 KB of output dropped/,
  );
});

test("a process keeps its colour, and two have different ones", () => {
  const line = makeLogRenderer({ nameCells: 3, timestamps: false, withProject: false, isTerminal: false }, picocolors.createColors(true));
  const [a, b, again] = [line(record("api", "x")), line(record("web", "x")), line(record("api", "x"))];
  assert.is(a, again);
  assert.is.not(a.replace("api", "web"), b);
});

test.run();
