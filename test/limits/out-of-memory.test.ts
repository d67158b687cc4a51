import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Exit } from "../../core/lifecycle/state.ts";
import { OutOfMemoryWitness } from "../../runtime/process/out-of-memory.ts";
import { Limits } from "../../runtime/supervisor/limits.ts";
import type { Supervised } from "../../runtime/supervisor/supervised.ts";
import { fakeCgroups } from "./fake.ts";

const KILLED: Exit = { code: null, signal: "SIGKILL", known: true, spawnError: null };

/** A kernel that tells what the test wants. */
function kernel(): Disposable & { readonly sources: { vmstat: string; log: string }; kills(count: number, ...log: string[]): void } {
  const folder = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gk-"));
  const sources = { vmstat: join(folder, "vmstat"), log: join(folder, "kmsg") };
  const kills = (count: number, ...log: string[]): void => {
    writeFileSync(sources.vmstat, `nr_free_pages 5\noom_kill ${count}\nzone_reclaim_failed 0\n`);
    if (log.length > 0) writeFileSync(sources.log, `${log.join("\n")}\n`);
  };
  kills(3);
  return { sources, kills, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

const said = (pid: number): string => `3,${pid},5678901,-;Out of memory: Killed process ${pid} (python3) total-vm:9000kB, anon-rss:8000kB`;

test("a kill that the kernel counted and named was the kernel's; one that it did not name was somebody else's", () => {
  using fake = kernel();
  const witness = new OutOfMemoryWitness(fake.sources);
  fake.kills(4, "6,1,1,-;something else", said(812));
  assert.is(witness.judge(812), "certain");
  assert.is(witness.judge(81), undefined);
});

test("two that die of it at the same time are both told", () => {
  using fake = kernel();
  const witness = new OutOfMemoryWitness(fake.sources);
  fake.kills(5, said(812), said(813));
  assert.equal([witness.judge(812), witness.judge(813)], ["certain", "certain"]);
});

test("a kill that the kernel did not count was not the kernel's, whatever its log has of long ago", () => {
  using fake = kernel();
  fake.kills(3, said(812));
  assert.is(new OutOfMemoryWitness(fake.sources).judge(812), undefined);
});

test("where the kernel's log may not be read, it is likely at most", () => {
  using fake = kernel();
  const witness = new OutOfMemoryWitness({ ...fake.sources, log: join(fake.sources.log, "locked") });
  assert.is(witness.judge(812), undefined);
  fake.kills(4);
  assert.is(witness.judge(812), "likely");
});

test("a run's own cgroup knows for certain, and only a SIGKILL is looked into", () => {
  using fake = fakeCgroups();
  using log = kernel();
  const limits = new Limits({ folder: fake.make("/runs"), controllers: new Set(["memory"]) }, new OutOfMemoryWitness(log.sources));
  const process = { id: "a", definition: { limits: { cpu: null, memoryBytes: 1024, pids: null, openFiles: null } } } as Supervised;
  assert.match(limits.prepare(process) ?? "", /runs\/a$/);
  assert.equal(limits.explain(process, 812, KILLED), KILLED);
  fake.make("/runs/a", { "memory.events": "oom 1\noom_kill 1\n" });
  assert.equal(limits.explain(process, 812, KILLED), { ...KILLED, outOfMemory: "certain" });
  const term: Exit = { ...KILLED, signal: "SIGTERM" };
  assert.equal(limits.explain(process, 812, term), term);
});

test.run();
