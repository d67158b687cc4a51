import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../session.ts";

/** Runs that are not counted: they bring programs and libraries into memory. */
const WARM_UPS = 2;
/** No program takes so long to say its first word, in milliseconds. */
const LIMIT_MS = 30_000;
const LINE = "the first line of the program";

/** Times how long it takes until an app that is run in the foreground has written its first line, in milliseconds. Its command is the contender's own. */
export async function firstLineTimes(session: Session, command: (file: string) => readonly string[], runs: number): Promise<number[]> {
  const file = join(session.place.base, "app.js");
  // As an app behaves that has something to do: it does not end with its first line.
  writeFileSync(file, `console.log(${JSON.stringify(LINE)});\nsetInterval(() => {}, 1000);\n`);
  const times: number[] = [];
  for (let run = 0; run < WARM_UPS + runs; run += 1) times.push(await firstLine(command(file), session));
  return times.slice(WARM_UPS);
}

function firstLine([program = "", ...args]: readonly string[], { place, setup }: Session): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(program, args, { cwd: place.base, env: { ...place.env, ...setup.env }, stdio: ["ignore", "pipe", "pipe"] });
    let tookMs: number | null = null;
    let said = "";
    const late = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (tookMs !== null || !said.includes(LINE)) return;
      tookMs = performance.now() - startedMs;
      child.kill("SIGINT");
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(late);
      if (tookMs === null) reject(new Error(`${program} ${args.join(" ")} never wrote its first line, but: ${said}`));
      else resolve(tookMs);
    });
  });
}
