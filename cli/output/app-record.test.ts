import { test } from "uvu";
import * as assert from "uvu/assert";
import { appRecordText } from "./app-record.ts";
import { plain } from "./paint.ts";

test("a record of an app is shown with time, level, message and fields", () => {
  const line = '{"time":"2026-11-27T08:12:14.410Z","level":"info","message":"tick","ticks":3,"of":{"a":[1]},"who":"me"}';
  assert.is(appRecordText(line, plain), '08:12:14 info  tick ticks=3 of={"a":[1]} who=me');
});

test("what a record holds cannot steer a terminal", () => {
  const line = JSON.stringify({
    time: "2026-11-27T08:12:14.410Z",
    level: "error",
    message: "a\u001b[2Jb",
    "x\u001b]0;t\u0007": "\u001b[H1",
  });
  assert.is(appRecordText(line, plain), "08:12:14 error ab x=1");
});

test("all other lines are no records", () => {
  const others = [
    "hello",
    "{}",
    '{"time":"2026',
    '{"time":"2026-11-27T08:12:14.410Z","level":"loud","message":"x"}',
    '{"time":"now","level":"info"}',
  ];
  assert.equal(
    others.map((line) => appRecordText(line, plain)),
    others.map(() => null),
  );
});

test.run();
