import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { GHOST, run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { onTerminal } from "./on-terminal.ts";

const command = GHOST.join(" ");

/** More output than a pipe holds (64 KiB), so that a writer that ends too early loses some. */
const LINES = 20_000;

test("a reader that has seen enough ends a command quietly", async () => {
  await using home = makeHome();
  home.write("processes.yaml", `project: p\nprocesses:\n  - { name: many, command: seq ${LINES} }\n`);
  await home.ok(["register", "--start"]);
  for (const line of [`${command} logs many -n ${LINES} | head -1`, `${command} --help | head -1`]) {
    const { code, stderr, stdout } = await run(["bash", "-c", `set -o pipefail; ${line}`], { cwd: home.work, env: home.env });
    assert.equal([code, stderr], [0, ""], line);
    assert.is(stdout.trim().split("\n").length, 1);
  }
});

test.unless(needs("linux"), "output that cannot be written is an error, and output that nobody wants is none", async () => {
  await using home = makeHome();
  const full = await run(["bash", "-c", `${command} --help > /dev/full`], { cwd: home.work, env: home.env });
  assert.is(full.code, 1);
  assert.match(full.stderr, /^error: cannot write the output: .*no space/i);
  assert.is((await run(["bash", "-c", `${command} --help >&-`], { cwd: home.work, env: home.env })).code, 0);
});

test("everything arrives in a slow pipe", async () => {
  await using home = makeHome();
  home.write("processes.yaml", `project: p\nprocesses:\n  - { name: many, command: seq ${LINES} }\n`);
  await home.ok(["register", "--start"]);
  const { stdout } = await run(["bash", "-c", `${command} logs many -n ${LINES} | (sleep 0.3; cat)`], { cwd: home.work, env: home.env });
  assert.is(stdout, Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join(""));
});

test("logs -f shows what comes, until it is interrupted with 130", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: p\nprocesses:\n  - { name: tick, command: 'sh -c \"while :; do echo tick; sleep 0.1; done\"', restart: true }\n",
  );
  await home.ok(["register", "--start"]);
  const [file = "", ...args] = GHOST;
  const child = spawn(file, [...args, "logs", "tick", "-f", "-n", "0"], {
    cwd: home.work,
    env: home.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.on("data", (chunk) => {
    shown += chunk;
  });
  await waitFor(() => shown.split("\n").length > 5, { what: "five lines", seen: () => shown });
  child.kill("SIGINT");
  assert.is(await new Promise((resolve) => child.once("close", resolve)), 130);
  assert.match(shown, /^tick\ntick\n/);
});

test("--since takes a time of day, a day and a date, of logs and of why", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: hello, command: echo hello }\n");
  await home.ok(["register", "--start"]);
  await waitFor(async () => (await home.ok(["logs", "hello"])).stdout === "hello\n", { what: "the line" });
  const far = new Date(Date.now() + 2 * 24 * 3_600_000).toISOString().slice(0, 10);
  for (const since of ["yesterday", "2026-01-02", "2026-01-02 10:00", "2026-01-02T10:00:00Z"]) {
    assert.is((await home.ok(["logs", "hello", "--since", since])).stdout, "hello\n", since);
    assert.match((await home.ok(["why", "hello", "--since", since])).stdout, /exited/, since);
  }
  assert.is((await home.ok(["logs", "hello", "--since", far])).stdout, "");
  for (const verb of ["logs", "why"]) {
    const { code, stderr } = await home.ghost([verb, "hello", "--since", "lunch"]);
    assert.is(code, 2);
    assert.match(stderr, /"lunch" is neither a duration nor a time.*\n.*22:05.*yesterday.*2026-11-26/);
  }
});

test.unless(needs("python3"), "on a terminal: colours, and no line longer than it", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: a-process-with-a-rather-long-name, command: sleep 1000, restart: true }\n",
  );
  await home.ok(["register", "--start"]);
  for (const columns of [40, 80]) {
    const { code, stdout } = await onTerminal(home, ["status"], { columns });
    assert.is(code, 0);
    assert.match(stdout, "\u001b[32m");
    for (const line of stripVTControlCharacters(stdout).split("\r\n").slice(2)) assert.ok(line.length <= columns, `${columns}: ${line}`);
  }
  assert.not.match((await onTerminal(home, ["status"], { env: { NO_COLOR: "1" } })).stdout, "\u001b[3");
});

test.unless(needs("python3"), "on a terminal: a missing NAME is offered as a choice; with CI it is a usage error", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n  - { name: web, command: sleep 1000, restart: true }\n",
  );
  await home.ok(["register", "--start"]);
  const chosen = await onTerminal(home, ["stop"], {
    steps: [
      ["shop/web", "\u001b[B"],
      ["running", " "],
      ["◼", "\r"],
    ],
  });
  assert.is(chosen.code, 0, chosen.stdout);
  assert.match(stripVTControlCharacters(chosen.stdout), /✓ shop\/web stopped/);
  assert.is((await onTerminal(home, ["stop"], { steps: [["shop/api", "\u0003"]] })).code, 130);
  assert.is((await onTerminal(home, ["stop"], { env: { CI: "true" } })).code, 2);
});

test.unless(
  needs("python3"),
  "on a terminal: a choice is made by keys that it tells of, while it is shown, among what the verb is for",
  async () => {
    await using home = makeHome();
    home.write(
      "processes.yaml",
      "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n  - { name: web, command: sleep 1000, restart: true }\n  - { name: idle, command: sleep 1000, restart: true }\n",
    );
    await home.ok(["register", "--start"]);
    await home.ok(["stop", "idle"]);
    const running = async (): Promise<string[]> =>
      (await home.ok(["list", "--json"])).json<ProcessView[]>().flatMap(({ name, status }) => (status === "running" ? [name] : []));
    // Typed before there was a question, then after it: an unmentioned key, a pasted line, and enter with nothing chosen.
    const { code, stdout } = await onTerminal(home, ["stop"], {
      steps: [
        ["", "a\rghost stop a b\r \r"],
        ["shop/web", "a"],
        ["", "i"],
        ["", "ghost stop a b\r"],
        ["", "\r"],
        ["select at least one", "\u0003"],
      ],
    });
    assert.is(code, 130, stdout);
    assert.not.match(stdout, "idle");
    assert.equal(await running(), ["api", "web"]);
    const started = await onTerminal(home, ["start"], {
      steps: [
        ["shop/idle", " "],
        ["◼", "\r"],
      ],
    });
    assert.is(started.code, 0, started.stdout);
    assert.not.match(started.stdout, "shop/web");
    assert.equal((await running()).sort(), ["api", "idle", "web"]);
    const none = await onTerminal(home, ["start"]);
    assert.is(none.code, 3);
    assert.match(none.stdout, /cannot offer a choice: there is nothing to start/);
  },
);

test.unless(needs("python3"), "on a terminal: logs that are followed tell of starts and ends between the lines", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: api, command: \"sh -c 'echo here; exec sleep 1000'\", restart: true }\n",
  );
  await home.ok(["register", "--start"]);
  const following = onTerminal(home, ["logs", "api", "-f"], {
    steps: [
      ["starts again", ""],
      ["started (pid", "\u0003"],
    ],
  });
  let over = false;
  void following.then(() => {
    over = true;
  });
  // The first restart may come before it listens.
  while (!over) await home.ok(["restart", "api"]);
  const { stdout } = await following;
  assert.match(
    stripVTControlCharacters(stdout),
    /── api restarted by ghost restart; starts again ──\r\n── api started \(pid \d+\) ──\r\n(here\r\n)?/,
  );
  assert.not.match((await home.ok(["logs", "api"])).stdout, "──");
});

test.unless(needs("python3"), "on a terminal: the NAME beside a value, and that of a group, are offered, too", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n  - { name: web, command: sleep 1000, restart: true }\ngroups:\n  - { name: front, processes: [web] }\n",
  );
  await home.ok(["register", "--start"]);
  const DOWN = "\u001b[B";
  const plain = async (args: readonly string[], steps: readonly (readonly [string, string])[]): Promise<string> => {
    const { code, stdout } = await onTerminal(home, args, { steps });
    assert.is(code, 0, stdout);
    return stripVTControlCharacters(stdout);
  };
  const second = [
    ["shop/web", DOWN],
    ["running", "\r"],
  ] as const;
  assert.match(await plain(["signal", "URG"], second), /✓ shop\/web got SIGURG/);
  assert.match(await plain(["scale", "2"], second), /✓ shop\/web:1 started/);
  const verbs = { stop: /✓ shop\/web stopped/, start: /✓ shop\/web started/, restart: /✓ shop\/web restarted/ };
  for (const [verb, done] of Object.entries(verbs)) assert.match(await plain(["group", verb], [["shop/front", "\r"]]), done);
  for (const args of [["signal"], ["signal", "api"], ["scale"], ["scale", "api"], ["group", "create"]])
    assert.is((await onTerminal(home, args)).code, 2, args.join(" "));
  for (const args of [
    ["signal", "URG"],
    ["scale", "2"],
    ["group", "start"],
  ])
    assert.is((await home.ghost(args)).code, 2, args.join(" "));
});

test.unless(needs("python3"), "on a terminal one program cannot wipe what others wrote; into a pipe its bytes go as they are", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `processes:
  - { name: wipe, shell: true, command: "printf '\\\\033[2J\\\\033[32mgreen\\\\n'; sleep 1000", restart: true }
  - { name: other, command: sleep 1000, restart: true }
  - { name: fails, shell: true, command: "printf '\\\\033[2Jlast words\\\\n'; exit 3", restart: { policy: always, max_restarts: 0 } }
`,
  );
  await home.ok(["register"]);
  await home.ok(["start", "wipe", "other"]);
  await waitFor(async () => (await home.ok(["logs", "wipe", "other"])).stdout.includes("\u001b[2J\u001b[32mgreen\n"), {
    what: "the line, as it was written",
  });
  const merged = (await onTerminal(home, ["logs", "wipe", "other"])).stdout;
  assert.match(merged, "\u001b[32mgreen\u001b[0m");
  assert.not.match(merged, "\u001b[2J");
  const failed = await onTerminal(home, ["start", "fails"]);
  assert.is(failed.code, 1, failed.stdout);
  assert.match(failed.stdout, "last words");
  assert.not.match(failed.stdout, "\u001b[2J");
  assert.match((await home.ghost(["restart", "fails"])).stderr, "\u001b[2Jlast words");
});

test.unless(needs("python3"), "on a terminal: an interrupted wait ends with 130, and the daemon goes on", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: slow, command: 'sh -c \"trap : TERM; while :; do sleep 0.1; done\"', restart: true, stop: { timeout: 1s } }\n",
  );
  await home.ok(["register", "--start"]);
  const { code, stdout } = await onTerminal(home, ["stop", "slow"], { steps: [["stopping", "\u0003"]] });
  assert.is(code, 130);
  assert.match(stdout, /interrupted/);
  assert.match((await home.ok(["stop", "slow"])).stderr, /stopped|was not running/);
});

test.run();
