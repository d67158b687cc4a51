import { test } from "uvu";
import * as assert from "uvu/assert";
import { gapText, recordJson } from "./record.ts";

const origin = { project: "shop", name: "api", instance: 0, stream: "out" } as const;

test("a line as JSON has the contract's keys in their order", () => {
  const json = recordJson({ ...origin, line: 'say "hi"', time: new Date("2026-03-01T12:00:00Z") });
  assert.is(json, '{"time":"2026-03-01T12:00:00.000Z","project":"shop","name":"api","instance":0,"stream":"out","line":"say \\"hi\\""}');
});

test("a gap has its own key, and words for people", () => {
  const gap = { droppedBytes: 1_500_000, reason: "disk-full" } as const;
  assert.is(
    recordJson({ ...origin, time: null, gap }),
    '{"time":null,"project":"shop","name":"api","instance":0,"stream":"out","gap":{"droppedBytes":1500000,"reason":"disk-full"}}',
  );
  assert.is(gapText(gap), "(1.5 MB of output dropped: the disk was full)");
  assert.is(
    gapText({ droppedBytes: null, reason: "rotated-away" }),
    "(some output is missing: the files were rotated away before they were read)",
  );
});

test.run();
