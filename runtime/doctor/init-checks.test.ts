import { test } from "uvu";
import * as assert from "uvu/assert";
import { judgeInit } from "./init-checks.ts";

for (const [facts, grade, words] of [
  [{ first: "ghost", daemonIsFirst: true, reaps: true }, "good", /no other init is needed/],
  [{ first: "node", daemonIsFirst: true, reaps: false }, "warning", /cannot reap/],
  [{ first: "systemd", daemonIsFirst: false, reaps: false }, "good", /reaps what nobody waits for/],
  [{ first: "sh", daemonIsFirst: false, reaps: true }, "good", /comes to the daemon/],
  [{ first: "sh", daemonIsFirst: false, reaps: false }, "warning", /may not reap/],
] as const) {
  test(`process 1 is ${facts.first}, ${facts.reaps ? "we reap" : "we cannot reap"}${facts.daemonIsFirst ? ", it is the daemon" : ""}: ${grade}`, () => {
    const finding = judgeInit(facts);
    assert.is(finding.grade, grade);
    assert.match(finding.message, words);
    assert.is(finding.hint === undefined, grade === "good");
  });
}

test.run();
