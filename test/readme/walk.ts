/** A sample of commands, done for real in a home of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as assert from "uvu/assert";
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
