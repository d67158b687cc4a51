import { spawn } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { declare, untilStatus, view } from "../supervise/processes.ts";

interface Following extends AsyncDisposable {
  readonly said: () => string;
  until(pattern: RegExp): Promise<void>;
  /** ^C; gives the exit code. */
  interrupt(): Promise<number | null>;
}

function follow(home: Home, ...more: readonly string[]): Following {
  const [file = "", ...args] = [...GHOST, "register", "--follow", ...more];
  const child = spawn(file, args, { cwd: home.work, env: home.env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const interrupt = (): Promise<number | null> => {
    child.kill("SIGINT");
    return ended;
  };
  return {
    said: () => said,
    until: async (pattern) => void (await waitFor(() => pattern.test(said), { what: String(pattern), seen: () => said })),
    interrupt,
    [Symbol.asyncDispose]: async () => void (await interrupt()),
  };
}

const api = (seconds: number) => ({ name: "api", command: `sleep ${seconds}`, type: "service" });

test("register --follow applies each valid change, shows what is wrong with another, and ends at ^C", async () => {
  await using home = makeHome();
  declare(home, api(1000), { name: "other", command: "sleep 1000", type: "service" });
  await using following = follow(home, "--start");
  await following.until(/following .*processes\.yaml; \^C ends/);
  const first = await untilStatus(home, "api", "running");
  const other = await view(home, "other");
  declare(home, api(1001), { name: "other", command: "sleep 1000", type: "service" });
  await following.until(/1 changed \(restarted\), 1 as declared/);
  const second = await untilStatus(home, "api", "running");
  assert.is.not(second.pid, first.pid);
  assert.is((await view(home, "other")).pid, other.pid);
  home.write("processes.yaml", "project: shop\nprocesses: [\n");
  await following.until(/processes\.yaml:\d+:\d+: .*\n(.|\n)*nothing was changed/);
  assert.is((await view(home, "api")).pid, second.pid);
  // As an editor saves: beside it, then in its place.
  writeFileSync(join(home.work, "4913"), "");
  const path = declare(
    home,
    api(1001),
    { name: "other", command: "sleep 1000", type: "service" },
    { name: "third", command: "sleep 1000", type: "service" },
  );
  renameSync(path, `${path}~`);
  renameSync(`${path}~`, path);
  await following.until(/1 added, 2 as declared/);
  await untilStatus(home, "third", "running");
  assert.is((await view(home, "api")).pid, second.pid);
  assert.is(await following.interrupt(), 130);
  await untilStatus(home, "api", "running");
});

test("with --json each round is one line", async () => {
  await using home = makeHome();
  declare(home, api(1000));
  await using following = follow(home, "--json");
  const lines = (): { changes?: { action: string }[]; error?: { code: string } }[] =>
    following
      .said()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  await waitFor(() => lines().length === 1, { what: "the first round", seen: following.said });
  home.write("processes.yaml", "nonsense: 1\n");
  await waitFor(() => lines().length === 2, { what: "the error", seen: following.said });
  declare(home, api(1001));
  await waitFor(() => lines().length === 3, { what: "the change", seen: following.said });
  assert.equal(
    lines().map(({ changes, error }) => error?.code ?? changes?.map(({ action }) => action).join()),
    ["add", "CONFIG_INVALID", "change"],
  );
});

test.run();
