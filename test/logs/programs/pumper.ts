/** Pumps the targets in its first argument (JSON) until it is killed; on a line on stdin it stops in order. Says `ready` when it pumps. */
import { type LogStreamTarget, startLogPump } from "../../../runtime/logs/pump.ts";

const pump = await startLogPump();
const targets = JSON.parse(process.argv[2] ?? "[]") as LogStreamTarget[];
for (const target of targets) pump.resume(target);
process.stdout.write("ready\n");
process.stdin.once("data", async () => {
  await pump.stop();
  process.exit(0);
});
