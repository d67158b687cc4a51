import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Outcome, run } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";
import { findProgram } from "../rig/needs.ts";
import { waitFor } from "../rig/wait.ts";

/** The folder of `ghost.py`. */
export const CLIENT = fileURLToPath(new URL("../../runtime/sdk/python", import.meta.url));

/** What every program begins with. */
const HEAD = `import json, sys, threading, time
import ghost
def fails(code, work):
    try:
        work()
    except ghost.GhostError as error:
        assert error.code == code, (error.code, str(error))
        return str(error)
    raise AssertionError(f"did not fail with {code}")
`;

/** Runs a program of an app `py` to its end; an exit code other than 0 is an error that shows what it said. */
export async function python(home: Home, code: string, more: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const outcome = await run([python3(), "-c", HEAD + code], { cwd: home.work, env: { ...environmentOf(home), ...more } });
  if (outcome.code !== 0) throw new Error(`the program ended with ${outcome.code ?? outcome.signal}:\n${outcome.stdout}${outcome.stderr}`);
  return outcome;
}

/** A program that runs beside the test. */
export interface Beside extends Disposable {
  /** All it wrote so far. */
  said(): string;
  /** Waits until it wrote this. */
  saw(text: string): Promise<void>;
}

/** Starts a program that goes on; the end of `using` kills it. */
export function pythonBeside(home: Home, code: string): Beside {
  const child = spawn(python3(), ["-c", HEAD + code], { cwd: home.work, env: environmentOf(home), stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => {
      said += bytes;
    });
  return {
    said: () => said,
    saw: async (text) => void (await waitFor(() => said.includes(text), { what: `${text} from the program`, seen: () => said })),
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}

function environmentOf(home: Home): Record<string, string> {
  const own = { PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" };
  return { ...home.env, ...own, GHOST_HUB: `${home.dir}/run/hub.sock`, GHOST_NAME: "py" };
}

function python3(): string {
  return findProgram("python3") ?? "python3";
}
