import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import * as assert from "uvu/assert";
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
  assert.is((await onTerminal(home, ["stop"], { steps: [["shop/web", "\u0003"]] })).code, 130);
  assert.is((await onTerminal(home, ["stop"], { env: { CI: "true" } })).code, 2);
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
