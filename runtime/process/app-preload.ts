import { TELL_ERRORS } from "./app-errors.ts";

/** Runs in an app, under the runtime in this binary, before anything of the app does. It lies beside the program `bun`. */
export const PRELOAD = `import { readFileSync } from "node:fs";
delete process.env.BUN_BE_BUN;
process.execPath = process.argv0 = process.argv[0] = import.meta.dirname + "/bun";
// The end of a terminal ends an app as SIGTERM does, unless it knows of it itself or was begun by nohup.
const ignoresHangUp = () => {
  try {
    return Number.parseInt(/^SigIgn:.*(.)$/m.exec(readFileSync("/proc/self/status", "latin1"))[1], 16) % 2 === 1;
  } catch {
    return false;
  }
};
if (!ignoresHangUp())
  process.on("SIGHUP", () => {
    if (process.listenerCount("SIGHUP") === 1) process.kill(process.pid, "SIGTERM");
  });
${TELL_ERRORS}`;
