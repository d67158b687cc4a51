import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import type { HubHealth } from "../../core/api/wire.ts";
import { HubLine } from "../../runtime/daemon/hub/line.ts";
import { HubProber } from "../../runtime/daemon/hub/probe.ts";
import { isStopped } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const onLinux = process.platform === "linux" ? null : "CPU time is read from /proc";

const SERVER = fileURLToPath(new URL("programs/pinged.mjs", import.meta.url));
const PATIENCE = { answerMs: 300, busyMs: 1_500 };
const never = new AbortController().signal;

interface Served extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly line: HubLine;
  readonly prober: HubProber;
  readonly accounts: HubHealth[];
}

async function served(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "probe-"));
  const socket = join(folder, "s");
  const child = spawn(process.execPath, [SERVER, socket], { stdio: "ignore" });
  await waitFor(() => existsSync(socket), { what: "the server" });
  const line = new HubLine(socket);
  const accounts: HubHealth[] = [];
  const prober = new HubProber(line, child.pid ?? 0, { health: (health) => void accounts.push(health), latency: () => {} }, PATIENCE);
  const close = async (): Promise<void> => {
    line.close();
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  };
  return { child, line, prober, accounts, [Symbol.asyncDispose]: close };
}

const ANSWERED = "it answers PING";

/** Its first answer: on a busy machine it may take longer than a test's patience. */
async function answered({ prober }: Served): Promise<void> {
  const first = async () => (await prober.ask(never)).detail === ANSWERED;
  await waitFor(first, { what: "the first answer" });
}

test("a hub that answers is well, and tells of its backends; the connection that asks is not among its clients", async () => {
  await using hub = await served();
  await answered(hub);
  const { time, ...account } = await waitFor(() => hub.accounts[0], { what: "its account" });
  assert.equal(account, { status: "healthy", checks: { sqlite: { latencyMs: 1 } }, clients: 2 });
  assert.not(Number.isNaN(Date.parse(time)));
});

test.unless(onLinux, "a hub that computes for a while is left alone, one that does nothing else any more is not", async () => {
  await using hub = await served();
  await answered(hub);
  void hub.line.ask("SPIN", "900").catch(() => {});
  const busy = await hub.prober.ask(never);
  assert.is(busy.ok, true);
  assert.match(busy.detail, /^no answer to PING within 0.3 s, but it is at work \(0\.\d+ s of CPU meanwhile\)$/);
  await waitFor(async () => (await hub.prober.ask(never)).detail === ANSWERED, { what: "it to look up" });
  void hub.line.ask("SPIN", "60000").catch(() => {});
  const given = await waitFor(async () => (await hub.prober.ask(never)).ok === false && (await hub.prober.ask(never)), {
    what: "patience to end",
  });
  assert.match(given.detail, /^no answer to PING within 0.3 s, for \d+ s now$/);
});

test.unless(onLinux, "a hub that is stopped, or sleeps, is not busy", async () => {
  await using hub = await served();
  await answered(hub);
  hub.child.kill("SIGSTOP");
  await waitFor(() => isStopped(hub.child.pid ?? 0), { what: "it to stop" });
  assert.equal(await hub.prober.ask(never), { ok: false, detail: "no answer to PING within 0.3 s: it is stopped (SIGSTOP)" });
  hub.child.kill("SIGCONT");
  await waitFor(async () => (await hub.prober.ask(never)).ok, { what: "it to answer again" });
  void hub.line.ask("SLEEP").catch(() => {});
  assert.match((await hub.prober.ask(never)).detail, /^no answer to PING within 0.3 s, and it used 0.0\d s of CPU meanwhile$/);
});

test.unless(onLinux, "one that has not answered yet is not ready, however much it computes", async () => {
  await using hub = await served();
  void hub.line.ask("SPIN", "2000").catch(() => {});
  assert.is((await hub.prober.ask(never)).ok, false);
});

test("a hub that is not there is told as such", async () => {
  const line = new HubLine("/nonexistent/hub.sock");
  const answer = await new HubProber(line, process.pid, { health: () => {}, latency: () => {} }).ask(never);
  assert.is(answer.ok, false);
  assert.match(answer.detail, /^cannot be asked: .*ENOENT/);
});

test.run();
