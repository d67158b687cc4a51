import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { findProgram, needs } from "../rig/needs.ts";
import { childrenOf, isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const unlessPossible =
  (GHOST.length === 1 ? needs("linux", "root", "unshare", "nsenter") : "needs the compiled binary") ?? (await refused());

/** Some containers may not make others. */
async function refused(): Promise<string | null> {
  const { code, stderr } = await run(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "true"]);
  return code === 0 ? null : `pid namespaces are refused here: ${stderr.trim()}`;
}

interface Container extends AsyncDisposable {
  /** Of the daemon, as seen from outside. */
  readonly pid: number;
  readonly exit: Promise<unknown[]>;
  /** Runs a program inside, as `docker exec` does. */
  inside(args: readonly string[]): ReturnType<typeof run>;
}

/** The daemon as process 1 of a pid namespace, as in a container. */
async function startContainer(home: Home): Promise<Container> {
  const command = ["--pid", "--fork", "--mount-proc", "--kill-child", ...GHOST, "daemon", "--foreground"];
  const child = spawn(findProgram("unshare") as string, command, { cwd: home.work, env: home.env, stdio: "ignore" });
  const exit = once(child, "exit");
  const [pid] = (await waitFor(() => childrenOf(child.pid as number).length === 1 && childrenOf(child.pid as number), {
    what: "process 1",
  })) as [number];
  const inside = (args: readonly string[]) => run(["nsenter", "-t", String(pid), "-p", "-m", ...args], { cwd: home.work, env: home.env });
  const end = async (): Promise<void> => {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
    await exit;
  };
  return { pid, exit, inside, [Symbol.asyncDispose]: end };
}

async function untilAnswering({ inside }: Container): Promise<void> {
  await waitFor(async () => (await inside([...GHOST, "daemon", "status", "--quiet"])).code === 0, { what: "the daemon to answer" });
}

test.limit(60_000);

test.unless(unlessPossible, "as process 1 the daemon reaps what others leave, can be renewed, and obeys SIGTERM", async () => {
  await using home = makeHome();
  home.write("../home/.ghost.yaml", 'monitoring:\n  interval: "00:00:01"\n');
  home.write(
    "processes.yaml",
    `project: shop
processes:
  - { name: a, command: sleep 1000, restart: true }
  - { name: leaves, command: "sh -c '(setsid sleep 0.2 &); sleep 1000'", restart: true }
`,
  );
  await using container = await startContainer(home);
  await untilAnswering(container);
  const registered = await container.inside([...GHOST, "register", join(home.work, "processes.yaml"), "--start"]);
  assert.is(registered.code, 0, registered.stderr);
  // An orphan of nobody's, as `docker exec` leaves it.
  await container.inside(["sh", "-c", "(sleep 0.2 &)"]);
  const renewed = await container.inside([...GHOST, "daemon", "restart"]);
  assert.is(renewed.code, 0, renewed.stderr);
  const zombies = () => statesBelow(container.pid).filter((state) => state === "Z");
  await waitFor(() => zombies().length === 0 && childrenOf(container.pid).length <= 3, {
    what: "no zombie and no orphan",
    seen: () => statesBelow(container.pid),
  });
  const doctor = await container.inside([...GHOST, "doctor", "--json"]);
  assert.match(doctor.stdout, /the daemon is the first process here: it obeys signals/);
  process.kill(container.pid, "SIGTERM");
  assert.equal(await container.exit, [0, null]);
  assert.not(isAlive(container.pid));
});

test.unless(unlessPossible, "a SIGTERM that comes while process 1 still starts is obeyed", async () => {
  await using home = makeHome();
  await using container = await startContainer(home);
  // From here on it has a handler; before, the kernel drops the signal, so it is sent until it is heard.
  const insist = setInterval(() => isAlive(container.pid) && process.kill(container.pid, "SIGTERM"), 20);
  try {
    assert.equal(await container.exit, [0, null]);
  } finally {
    clearInterval(insist);
  }
});

function statesBelow(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return children.map((child) => /\) (\S)/.exec(readStat(child))?.[1] ?? "gone");
}

function readStat(pid: string): string {
  try {
    return readFileSync(join("/proc", pid, "stat"), "utf8");
  } catch {
    return "";
  }
}

test.run();
