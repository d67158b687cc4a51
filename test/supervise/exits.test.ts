import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult } from "../../core/api/wire.ts";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { declare, history, launch, untilStatus, untilView, view } from "./processes.ts";

interface Refused {
  readonly error: ErrorBody;
  readonly results: readonly ActionResult[];
}

const start = async (home: Home, name: string): Promise<Refused> => {
  const outcome = await home.ghost(["start", name, "--json"]);
  assert.is(outcome.code, 1, outcome.stderr);
  return outcome.json<Refused>();
};

test("an exit code and a signal are told by list, status and why", async () => {
  await using home = makeHome();
  await launch(
    home,
    { name: "code", executable: program("exit.sh"), args: ["7", "0.4"], restart: "never", type: "service" },
    { name: "signal", command: "sleep 1000", restart: "never", type: "service" },
    { name: "well", executable: program("exit.sh"), args: ["0", "0.4"], restart: "on-failure" },
  );
  process.kill((await view(home, "signal")).pid ?? 0, "SIGSEGV");
  const code = await untilStatus(home, "code", "failed");
  assert.equal([code.exitCode, code.exitSignal, code.exitKnown, code.pid], [7, null, true, null]);
  const signal = await untilStatus(home, "signal", "failed");
  assert.equal([signal.exitCode, signal.exitSignal, signal.exitKnown], [null, "SIGSEGV", true]);
  const well = await untilStatus(home, "well", "exited");
  assert.equal([well.exitCode, well.restarts], [0, 0]);
  assert.match((await home.ok(["why", "code"])).stdout, /running → failed +exited with code 7/);
  assert.match((await home.ok(["why", "signal"])).stdout, /running → failed +was killed by SIGSEGV/);
  assert.match((await home.ok(["status", "signal"])).stdout, /SIGSEGV/);
  const entry = (await history(home, "code")).at(-1);
  assert.equal([entry?.cause.kind, entry?.cause.facts?.exitCode], ["exit", 7]);
});

test("how a process ended when it was stopped is known, too", async () => {
  await using home = makeHome();
  await launch(
    home,
    { name: "soft", executable: program("graceful.sh"), args: ["0", "9"], restart: true },
    { name: "plain", command: "sleep 1000", restart: true },
  );
  for (let round = 0; round < 3; round += 1) {
    await untilView(home, "soft", (process) => process.status === "running");
    await home.ok(["stop", "all"]);
    const [soft, plain] = [await view(home, "soft"), await view(home, "plain")];
    assert.equal([plain.status, plain.exitCode, plain.exitSignal, plain.exitKnown], ["stopped", null, "SIGTERM", true]);
    assert.ok((soft.exitCode === 9 && soft.exitSignal === null) || soft.exitSignal === "SIGTERM", JSON.stringify(soft));
    await home.ok(["start", "all"]);
  }
});

test("what cannot be started says why and what to do", async () => {
  await using home = makeHome();
  const gone = home.write("gone.sh", "#!/bin/sh\nexec sleep 1000\n", 0o755);
  const plain = home.write("plain.sh", "#!/bin/sh\nexec sleep 1000\n", 0o755);
  home.write("interpreter.sh", "#!/no/such/interpreter\n", 0o755);
  home.write("garbage", "\u0000\u0001\u0002 no program\n", 0o755);
  home.write("folder/keep", "");
  const base = { restart: { policy: "on-failure", max_restarts: 1, delay: "10ms" } };
  declare(
    home,
    { ...base, name: "gone", executable: "./gone.sh" },
    { ...base, name: "plain", executable: "./plain.sh" },
    { ...base, name: "interpreter", executable: "./interpreter.sh" },
    { ...base, name: "garbage", executable: "./garbage" },
    { ...base, name: "folder", command: "sleep 1000", working_directory: "./folder" },
    { ...base, name: "wrapped", executable: "./garbage", umask: "022" },
    { ...base, name: "wrapped-interpreter", executable: "./interpreter.sh", nice: 5 },
  );
  await home.ok(["register"]);
  rmSync(gone);
  chmodSync(plain, 0o644);
  rmSync(join(home.work, "folder"), { recursive: true });
  const expected: Record<string, RegExp> = {
    gone: /cannot start gone: cannot run \.\/gone\.sh: there is no such file \(looked for .*gone\.sh\)/,
    plain: /cannot start plain: cannot run .*plain\.sh: it is not executable \(chmod \+x/,
    interpreter: /cannot start interpreter: cannot run .*interpreter\.sh: its interpreter .*\(.*#!/,
    garbage: /cannot start garbage: cannot run .*garbage: it is not a program that this machine understands/,
    folder: /cannot start folder: cannot start in .*folder: there is no such directory \(create it/,
    wrapped: /cannot start wrapped: cannot run .*garbage: it is not a program that this machine understands/,
    "wrapped-interpreter": /cannot start wrapped-interpreter: cannot run .*interpreter\.sh: its interpreter/,
  };
  for (const [name, message] of Object.entries(expected)) {
    const { error } = await start(home, name);
    assert.is(error.code, "START_FAILED");
    assert.match(error.message, message);
    const failed = await untilStatus(home, name, "failed");
    assert.equal([failed.pid, failed.restarts], [null, 1], name);
    assert.match(failed.why, /gave up after 1 restart within/);
  }
  home.write("gone.sh", "#!/bin/sh\nexec sleep 1000\n", 0o755);
  await home.ok(["start", "gone"]);
  assert.is((await view(home, "gone")).status, "running");
});

test("a program that dies at once fails the command with its last 20 lines", async () => {
  await using home = makeHome();
  const script = "for n in $(seq 1 30); do echo out $n; echo err $n >&2; done; exit 5";
  await home.ghost(["daemon"]);
  declare(home, { name: "api", command: ["sh", "-c", script], restart: { policy: "always", max_restarts: 1, delay: "10ms" } });
  const outcome = await home.ghost(["register", "--start", "--json"]);
  assert.is(outcome.code, 1);
  const { error } = outcome.json<Refused>();
  assert.match(error.message, /cannot start api: it exited with code 5/);
  assert.equal(
    error.details?.lastLines,
    Array.from({ length: 20 }, (_, index) => `err ${index + 11}`),
  );
  assert.is(error.details?.exitCode, 5);
  await untilStatus(home, "api", "failed");
  const again = (await start(home, "api")).error;
  assert.equal((again.details?.lastLines as string[] | undefined)?.at(-1), "err 30");
});

test("a program that says nothing on stderr is told with its stdout", async () => {
  await using home = makeHome();
  const outcome = await launch(home, { name: "api", command: ["sh", "-c", "echo last words; exit 5"], restart: "never", type: "service" });
  assert.is(outcome.code, 1);
  assert.match(outcome.stderr, /last words/);
});

test("an old run's words are not told as those of a new one", async () => {
  await using home = makeHome();
  await launch(home, {
    name: "api",
    command: ["sh", "-c", "echo from the first run >&2; exec sleep 1000"],
    restart: "never",
    type: "service",
  });
  declare(home, { name: "api", command: ["sh", "-c", "exit 5"], restart: "never", type: "service" });
  const outcome = await home.ghost(["register", "--json"]);
  assert.is(outcome.code, 1);
  const { error } = outcome.json<Refused>();
  assert.equal([error.code, error.details?.lastLines], ["START_FAILED", []]);
});

test.run();
