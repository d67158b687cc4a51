import { test } from "uvu";
import * as assert from "uvu/assert";
import { junitXml } from "./junit.ts";

test("writes a suite with a case for each process", () => {
  const xml = junitXml({
    name: "shop",
    startedAt: "2026-11-23T12:00:00.123Z",
    durationMs: 1234,
    cases: [
      { name: "redis", durationMs: 1000, verdict: { kind: "passed" } },
      { name: "test", durationMs: 200, verdict: { kind: "failure", message: "exited with code 3", text: "a < b\nend" }, out: "a & b" },
      { name: "late", durationMs: 0, verdict: { kind: "skipped", message: "was not started" } },
    ],
  });
  assert.is(
    xml,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="shop" tests="3" failures="1" errors="0" skipped="1" time="1.234" timestamp="2026-11-23T12:00:00">
    <testcase classname="shop" name="redis" time="1.000">
    </testcase>
    <testcase classname="shop" name="test" time="0.200">
      <failure message="exited with code 3">a &lt; b
end</failure>
      <system-out>a &amp; b</system-out>
    </testcase>
    <testcase classname="shop" name="late" time="0.000">
      <skipped message="was not started"></skipped>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});

test("leaves out colours and what XML cannot hold, and keeps the rest", () => {
  const xml = junitXml({
    name: 'a "b"',
    startedAt: "2026-11-23T12:00:00Z",
    durationMs: 0,
    cases: [{ name: "x", durationMs: 0, verdict: { kind: "passed" }, out: "\u001b[31mred\u001b[0m\u0000\u0007 \ud800 日本 😀\ttab ]]>" }],
  });
  assert.match(xml, 'name="a &quot;b&quot;"');
  assert.match(xml, "<system-out>red  日本 😀\ttab ]]&gt;</system-out>");
});

test.run();
