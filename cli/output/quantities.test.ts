import { test } from "uvu";
import * as assert from "uvu/assert";
import { count, formatBytes, formatDuration, formatPercent } from "./quantities.ts";

test("shows spans with their two largest units", () => {
  const cases: [number, string][] = [
    [-5, "0s"],
    [0, "0ms"],
    [350, "350ms"],
    [999.6, "999ms"],
    [1000, "1s"],
    [59_999, "59s"],
    [60_000, "1m"],
    [250_000, "4m 10s"],
    [7_500_000, "2h 5m"],
    [7_200_000, "2h"],
    [86_400_000, "1d"],
    [273_600_000, "3d 4h"],
  ];
  for (const [ms, expected] of cases) assert.is(formatDuration(ms), expected);
});

test("shows sizes in powers of 1024 with one decimal", () => {
  const cases: [number, string][] = [
    [0, "0B"],
    [512, "512B"],
    [1024, "1.0KB"],
    [25_690_112, "24.5MB"],
    [1.5 * 2 ** 30, "1.5GB"],
    [2 ** 50, "1024.0TB"],
  ];
  for (const [bytes, expected] of cases) assert.is(formatBytes(bytes), expected);
});

test("shows shares of a core with one decimal", () => {
  assert.is(formatPercent(0.44), "0.4%");
  assert.is(formatPercent(123), "123.0%");
});

test("counts in words that agree", () => {
  assert.is(count(1, "process", "processes"), "1 process");
  assert.is(count(0, "error"), "0 errors");
});

test.run();
