import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { declare, history, launch, untilStatus, untilView, view } from "./processes.ts";

const MB = 1024 * 1024;
const sampled = (home: Home, monitoring = "enabled: true, interval: 200ms"): void =>
  void home.write("../home/.ghost.yaml", `monitoring: { ${monitoring} }\n`);
const hog = (megabytes: number) => ["python3", "-c", `import time; held = b"x" * (${megabytes} * 1024 * 1024); time.sleep(1000)`];

test("a process over its memory limit is restarted, with that cause", async () => {
  await using home = makeHome();
  sampled(home);
  await launch(home, {
    name: "api",
    command: hog(120),
    restart: { policy: "always", delay: "60s", jitter: 0 },
    resource_limits: { memory: 60 },
  });
  const after = await untilView(home, "api", (process) => process.restarts >= 1);
  assert.match(after.why, /used \d+\.\d MB of memory, over its limit of 60\.0 MB/);
  const cause = (await history(home, "api")).find((entry) => entry.cause.kind === "memory")?.cause;
  assert.is(cause?.facts?.limitBytes, 60 * MB);
  // The second time it has to wait: this restart is not free.
  assert.ok((await untilStatus(home, "api", "backoff")).restarts >= 2);
});

test("memory is the tree's, and costs budget", async () => {
  await using home = makeHome();
  sampled(home);
  const child = `python3 -c 'import time; held = b"x" * (70 * 1024 * 1024); time.sleep(1000)'`;
  await launch(home, {
    name: "api",
    command: ["sh", "-c", `${child} & ${child} & wait`],
    restart: { policy: "always", delay: "10ms", max_restarts: 1 },
    resource_limits: { memory: "110MB" },
  });
  const failed = await untilStatus(home, "api", "failed", 15_000);
  assert.is(failed.restarts, 1);
  assert.match(failed.why, /over its limit of 110\.0 MB.*gave up after 1 restart within/);
});

test("a changed memory limit applies without a restart", async () => {
  await using home = makeHome();
  sampled(home);
  const api = { name: "api", command: hog(80), restart: { policy: "always", delay: "60s" } };
  await launch(home, api);
  const { pid } = await untilView(home, "api", (process) => process.memoryBytes > 80 * MB);
  declare(home, { ...api, resource_limits: { memory: 500 } });
  await home.ok(["register"]);
  assert.is((await view(home, "api")).pid, pid);
  declare(home, { ...api, resource_limits: { memory: 40 } });
  await home.ok(["register"]);
  await untilView(home, "api", (process) => process.restarts >= 1);
});

test("CPU, memory and threads are those of the whole tree", async () => {
  await using home = makeHome();
  sampled(home);
  const threads =
    "import threading, time\nheld = b'x' * (50 * 1024 * 1024)\nfor n in range(5): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\ntime.sleep(1000)";
  await launch(
    home,
    { name: "busy", executable: program("busy.sh"), restart: true },
    { name: "child", command: ["sh", "-c", `${program("busy.sh")} & wait`], restart: true },
    { name: "idle", command: "sleep 1000", restart: true },
    { name: "threads", command: ["python3", "-c", threads], restart: true },
  );
  // On a machine with other work a busy loop may get less than a core, never more.
  for (const name of ["busy", "child"]) {
    const { cpuPercent } = await untilView(home, name, (process) => process.cpuPercent > 25);
    assert.ok(cpuPercent < 160, `${name}: ${cpuPercent}`);
  }
  await untilView(home, "idle", (process) => process.cpuPercent < 10 && process.memoryBytes > 100_000 && process.memoryBytes < 20 * MB);
  const many = await untilView(home, "threads", (process) => process.threads === 6);
  assert.ok(many.memoryBytes > 50 * MB && many.privateBytes > 50 * MB && many.privateBytes <= many.memoryBytes);
  await home.ok(["stop", "all"]);
  const stopped = await view(home, "busy");
  await untilView(home, "busy", (process) => process.cpuPercent === 0 && process.memoryBytes === 0 && process.threads === 0);
  assert.is(stopped.pid, null);
});

test.run();
