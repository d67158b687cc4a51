/** A sample of commands, done for real in a home of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { waitFor } from "../rig/wait.ts";

/** Runs each line; one that fails is an error. A command that stays in the foreground is interrupted as soon as it has said something. */
export async function walk(code: string): Promise<void> {
  await using home = makeHome();
  for (const line of code.split("\n")) {
    const [program, ...args] = line.replace(/\s#.*/, "").trim().split(/\s+/);
    if (program !== "ghost") continue;
    if (args[0] === "run" || args.includes("-f")) await interrupted(home, args);
    else await home.ok(args);
  }
}

/** What the app of `conduct` conducts. */
const PROCESSES = `project: orchestra
processes:
  - { name: redis, command: sleep 1000, restart: true }
  - { name: api, command: sleep 1000, restart: true, depends_on: [redis] }
`;

/** Runs a program as an app that is granted the orchestrator, in a home of its own, until it has ended well. */
export async function conduct(program: string): Promise<void> {
  await using home = makeHome();
  home.write("processes.yaml", PROCESSES);
  await home.ok(["register", "processes.yaml"]);
  await home.ok(["create", "conductor"]);
  home.write("conductor/.ghost.yaml", "app: { id: conductor }\ngrants: [orchestrator]\n");
  home.write("conductor/app.ts", program);
  await waitFor(async () => (await home.ghost(["start", "conductor"])).code === 0, { what: "the app to be found" });
  const view = await waitFor(
    async () => {
      const now = (await home.ok(["status", "conductor", "--json"])).json<ProcessView>();
      return (now.status === "exited" || now.status === "failed") && now;
    },
    { what: "the conductor to end", seen: async () => (await home.ghost(["logs", "conductor"])).stdout },
  );
  assert.is(view.exitCode, 0, (await home.ghost(["logs", "conductor"])).stdout);
}

async function interrupted(home: Home, args: readonly string[]): Promise<void> {
  const [file = "", ...words] = GHOST;
  const child = spawn(file, [...words, ...args], { cwd: home.work, env: home.env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let [out, err] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (out += bytes));
  child.stderr.on("data", (bytes: Buffer) => (err += bytes));
  try {
    await waitFor(() => out.includes("\n"), { what: `a line of ghost ${args.join(" ")}`, seen: () => err });
  } finally {
    child.kill("SIGINT");
  }
  const [exit] = await ended;
  assert.ok(exit === 0 || exit === 130, `ghost ${args.join(" ")} ended with ${exit}: ${out}${err}`);
}
