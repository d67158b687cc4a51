import { spawn } from "node:child_process";
import * as assert from "uvu/assert";
import { readProcess } from "../../runtime/process/table.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { PUMPS, startPump } from "./place.ts";

/** A process that is nobody's child here: its parent has ended. Prints its pid. */
async function startOrphan(script: string): Promise<number> {
  const parent = spawn("sh", ["-c", `sh -c '${script}' </dev/null >/dev/null 2>&1 & echo $!`], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of parent.stdout) text += chunk;
  return Number(text);
}

for (const kind of PUMPS) {
  test(`${kind}: the end of a process that is not a child of ours is told, once`, async () => {
    const pump = await startPump(kind);
    const told: number[] = [];
    pump.onExit = (pid) => told.push(pid);
    const pid = await startOrphan("sleep 0.2; exit 7");
    pump.watchExit(pid, readProcess(pid)?.startTicks ?? 0);
    await waitFor(() => told.length > 0, { what: "the exit" });
    assert.equal(told, [pid]);
    await pump.stop();
  });

  test(`${kind}: another process with the same pid is not taken for it`, async () => {
    const pump = await startPump(kind);
    const told: [number, unknown][] = [];
    pump.onExit = (pid, status) => told.push([pid, status]);
    pump.watchExit(process.pid, 1);
    pump.watchExit(2 ** 22 - 1, 1);
    await waitFor(() => told.length === 2, { what: "both exits", seen: () => told });
    assert.equal(
      told.map(([, status]) => status),
      [null, null],
    );
    await pump.stop();
  });

  test(`${kind}: what is no longer watched is not told`, async () => {
    const pump = await startPump(kind);
    const told: number[] = [];
    pump.onExit = (pid) => told.push(pid);
    const [one, other] = [await startOrphan("sleep 0.1"), await startOrphan("sleep 0.3")];
    for (const pid of [one, other]) pump.watchExit(pid, readProcess(pid)?.startTicks ?? 0);
    pump.unwatchExit(one);
    await waitFor(() => told.length > 0, { what: "the exit" });
    assert.equal(told, [other]);
    await pump.stop();
  });
}

test("thread: status and signal of such a process are known where the kernel tells them", async () => {
  const pump = await startPump("thread");
  const told = new Map<number, unknown>();
  pump.onExit = (pid, status) => told.set(pid, status);
  const [coded, killed] = [await startOrphan("sleep 0.1; exit 7"), await startOrphan("kill -TERM $$; sleep 5")];
  for (const pid of [coded, killed]) pump.watchExit(pid, readProcess(pid)?.startTicks ?? 0);
  await waitFor(() => told.size === 2, { what: "both exits" });
  await pump.stop();
  // Linux before 6.15 does not tell.
  if (told.get(coded) !== null) assert.equal(told.get(coded), { code: 7, signal: null });
  if (told.get(killed) !== null) assert.equal(told.get(killed), { code: null, signal: "SIGTERM" });
});

test.run();
