import { test } from "uvu";
import * as assert from "uvu/assert";
import { DURATION_MAX_MS, formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

const DURATIONS: [string, number][] = [
  ["500ms", 500],
  ["5s", 5000],
  ["10m", 600_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["1m30s", 90_000],
  ["1h 30m", 5_400_000],
  ["1.5s", 1500],
  ["0s", 0],
  ["5S", 5000],
  [" 5s ", 5000],
  ["00:00:05", 5000],
  ["1:02:03", 3_723_000],
  ["00:00:00.25", 250],
  ["00:00:05.0000000", 5000],
];
for (const [text, ms] of DURATIONS) test(`the duration ${text} is ${ms} ms`, () => assert.equal(parseDuration(text), { value: ms }));

const BAD_DURATIONS: [string, RegExp, RegExp][] = [
  ["5", /needs a unit/, /write 5s/],
  ["1.5", /needs a unit/, /1\.5s/],
  ["-5s", /negative/, /5s/],
  ["5 seconds", /units are/, /write 5s/],
  ["10 mins", /units are/, /write 10m/],
  ["250 msec", /units are/, /write 250ms/],
  ["soon", /not a duration/, /00:00:05/],
  ["", /not a duration/, /500ms/],
  ["00:99:00", /not a duration/, /500ms/],
  ["30d", /longer than 24 days/, /24d/],
  ["5s5", /not a duration/, /5s/],
];
for (const [text, problem, hint] of BAD_DURATIONS) {
  test(`"${text}" is no duration, and the remedy is told`, () => {
    const parsed = parseDuration(text) as { problem: string; hint: string };
    assert.match(parsed.problem, problem);
    assert.match(parsed.hint, hint);
  });
}

const MB = 1024 * 1024;
const SIZES: [string, number][] = [
  ["512MB", 512 * MB],
  ["512MiB", 512 * MB],
  ["512mb", 512 * MB],
  ["512 MB", 512 * MB],
  ["512M", 512 * MB],
  ["1GB", 1024 * MB],
  ["1.5k", 1536],
  ["100B", 100],
  ["2TB", 2 * 1024 ** 4],
];
for (const [text, bytes] of SIZES) test(`the size ${text} is ${bytes} bytes`, () => assert.equal(parseSize(text), { value: bytes }));

test("a bare number is MB only where that was agreed", () => {
  assert.equal(parseSize("512", "MB"), { value: 512 * MB });
  assert.equal(parseSize("512"), { problem: "a size needs a unit", hint: "write 512MB" });
});

for (const text of ["-5MB", "MB", "5 apples", "", "5XB", "1e3MB"])
  test(`"${text}" is no size`, () => assert.ok("problem" in parseSize(text, "MB")));

test("what is formatted is read back", () => {
  for (const ms of [0, 1, 999, 1000, 90_000, 3_600_000, 86_400_000, 90_061_001, DURATION_MAX_MS])
    assert.equal(parseDuration(formatDuration(ms)), { value: ms }, formatDuration(ms));
  for (const bytes of [1, 1000, 1024, 10 * MB, 1024 * MB, 3 * MB + 1])
    assert.equal(parseSize(formatSize(bytes)), { value: bytes }, formatSize(bytes));
  assert.is(formatDuration(90_000), "1m30s");
  assert.is(formatSize(512 * MB), "512MB");
});

test.run();
