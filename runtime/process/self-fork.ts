import { type ChildProcess, spawn } from "node:child_process";

/** What the parent hears of a daemon that it started. */
export interface ForkedDaemon {
  /** The first line that it wrote on stdout; null when it ended without one. */
  readonly firstLine: Promise<string | null>;
  /** Lets the parent end while the daemon lives. */
  letGo(): void;
}

/** Starts this program again, detached from terminal, session and folder. */
export function forkDaemon(command: readonly string[], environment: Readonly<Record<string, string>>, stderr: number): ForkedDaemon {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { cwd: "/", detached: true, env: environment as NodeJS.ProcessEnv, stdio: ["ignore", "pipe", stderr] });
  return {
    firstLine: readFirstLine(child),
    letGo() {
      child.stdout?.destroy();
      child.unref();
    },
  };
}

function readFirstLine(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let text = "";
    child.once("error", (error) =>
      resolve(JSON.stringify({ error: { code: "DAEMON_START_FAILED", message: `cannot start the daemon: ${error.message}` } })),
    );
    child.stdout?.setEncoding("utf8");
    child.stdout?.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.stdout?.once("end", () => resolve(null));
  });
}
