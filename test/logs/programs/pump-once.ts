/** Logs 30,000 numbered lines ten times and says whether each was in the file when its drain resolved. Argument: an empty folder. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LogPump, startLogPump } from "../../../runtime/logs/pump.ts";

const folder = process.argv[2] ?? ".";

async function logOnce(pump: LogPump, key: string): Promise<boolean> {
  const target = {
    key,
    fifo: join(folder, "run", key),
    file: join(folder, key, "out.log"),
    maxSizeBytes: 100_000,
    maxFiles: 5,
    compress: false,
  };
  const fd = pump.open(target);
  const child = spawn("sh", ["-c", "seq 30000; printf 'the end'"], { stdio: ["ignore", fd, "inherit"] });
  pump.closeWriter(fd);
  await once(child, "exit");
  await pump.drain(key);
  const rotated = existsSync(`${target.file}.1`) ? readFileSync(`${target.file}.1`, "utf8") : "";
  const text = rotated + readFileSync(target.file, "utf8");
  return text === `${Array.from({ length: 30_000 }, (_, i) => `${i + 1}\n`).join("")}the end` && rotated.endsWith("\n");
}

async function main(): Promise<void> {
  const pump = await startLogPump();
  const results: boolean[] = [];
  for (let i = 0; i < 10; i++) results.push(await logOnce(pump, `a${i}`));
  await pump.stop();
  console.log(JSON.stringify({ right: results.filter(Boolean).length, pump: pump.stats().wakeups > 0 ? "thread" : "stream" }));
}

void main();
