import * as assert from "uvu/assert";
import type { LogLine } from "../../core/logs/record.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { ask, listen } from "./requests.ts";

/** A backtracking engine gives up on each such line only after seconds. */
const EVIL_LINE = `${"a".repeat(64)}!`;
const LINES = 50;

test("no pattern can keep the daemon from answering others", async () => {
  await using home = makeHome();
  home.write("processes.yaml", `project: shop\nprocesses: [{ name: evil, command: "yes ${EVIL_LINE} | head -n ${LINES}", shell: true }]\n`);
  await home.ok(["register", "--start"]);
  using stream = await listen<LogLine>(home, `/v1/logs?grep=${encodeURIComponent("(a+)+$")}`);
  await waitFor(stream.ended, { what: "the end of what matches" });
  assert.equal(stream.told, []);
  assert.is((await ask(home, "GET", "/healthz")).status, 200);
  assert.equal((await home.ok(["logs", "evil", "--grep", "(a+)+$"], { limitMs: 5_000 })).stdout, "");
  assert.is((await home.ok(["logs", "evil", "--grep", "(?i)A+!"])).stdout, `${EVIL_LINE}\n`.repeat(LINES));
});

test("daemon and command line refuse the same patterns, and say which they take", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses: [{ name: a, command: echo a }]\n");
  await home.ok(["register", "--start"]);
  for (const pattern of ["(", "(?=a)b", "(a)\\1"]) {
    const answer = await ask(home, "GET", `/v1/logs?grep=${encodeURIComponent(pattern)}`);
    assert.is(answer.status, 400, pattern);
    const { error } = answer.json<{ error: { code: string; message: string; hint: string } }>();
    assert.is(error.code, "USAGE");
    assert.match(error.hint, /RE2/);
    const { code, stderr } = await home.ghost(["logs", "--grep", pattern]);
    assert.is(code, 2, pattern);
    assert.match(stderr, /--grep.*regular expression[\s\S]*RE2/);
  }
});

test.run();
