import { spawnSync } from "node:child_process";

/** The longest that a tool of the system may take unless the caller knows better, in ms. */
const LIMIT_MS = 30_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** What a tool of the system said. */
export interface CommandOutcome {
  /** Null when it could not be started, or was killed for taking too long. */
  readonly code: number | null;
  readonly stdout: string;
  /** What it said on stderr; of one that could not be started, why. */
  readonly stderr: string;
}

/** Runs a tool of the system (`systemctl`, `loginctl`, `groupadd` …) by its name in PATH and waits for it, for at most 30 s. */
export function runSystemCommand(
  [file = "", ...args]: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string | undefined>>; readonly limitMs?: number } = {},
): CommandOutcome {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    encoding: "utf8",
    env: { ...(options.environment ?? process.env), LC_ALL: "C", SYSTEMD_PAGER: "", SYSTEMD_COLORS: "0" } as NodeJS.ProcessEnv,
    timeout: options.limitMs ?? LIMIT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { code: status, stdout: stdout ?? "", stderr: (stderr ?? "").trim() || (error?.message ?? "") };
}
