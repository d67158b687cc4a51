/** Carries out a plan. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { runSystemCommand } from "../process/system-command.ts";
import type { BootCommand, BootPlan } from "./plan.ts";

/** Units are no secrets: systemd and people read them. */
const FILE_MODE = 0o644;
/** The longest that starting or ending all processes may take, in ms. */
const COMMAND_LIMIT_MS = 10 * 60_000;

/** How one command went. */
export interface CommandResult {
  readonly command: readonly string[];
  readonly ok: boolean;
  /** What it said when it failed. */
  readonly output: string;
  /** What is to be done by hand instead; only of one that failed. */
  readonly remedy?: string;
}

/** Writes the plan's folders and file. Throws PERMISSION_DENIED or FAILED. */
export function writePlan({ folders, file }: BootPlan): void {
  try {
    for (const { path, mode } of folders) {
      if (existsSync(path)) continue;
      mkdirSync(path, { recursive: true });
      chmodSync(path, mode);
    }
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.text, { mode: FILE_MODE });
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM" || code === "EROFS")
      throw new GhostError(
        "PERMISSION_DENIED",
        `cannot write ${path ?? file.path}: ${code === "EROFS" ? "the file system is read-only" : "permission denied"}`,
        {
          hint: "--dry-run prints what would be written; --system needs root",
        },
      );
    throw new GhostError("FAILED", `cannot write ${file.path}: ${message}`, { hint: "--dry-run prints what would be written" });
  }
}

/** Runs one command of a plan. Throws FAILED when it fails and nothing can be done instead. */
export function runBootCommand(
  { command, otherwise }: BootCommand,
  environment: Readonly<Record<string, string | undefined>>,
): CommandResult {
  const { code, stdout, stderr } = runSystemCommand(command, { environment, limitMs: COMMAND_LIMIT_MS });
  if (code === 0) return { command, ok: true, output: "" };
  const output = stderr || stdout.trim() || `it ended with ${code ?? "a signal"}`;
  if (otherwise !== undefined) return { command, ok: false, output, remedy: otherwise };
  throw new GhostError("FAILED", `cannot run ${command.join(" ")}: ${output}`, { hint: hintFor(output, command) });
}

function hintFor(output: string, command: readonly string[]): string {
  if (/connect to bus|No medium found|DBUS_SESSION_BUS_ADDRESS|XDG_RUNTIME_DIR/i.test(output))
    return "your user has no systemd manager in this session (su and sudo give none): log in as this user, or enable it first: sudo loginctl enable-linger USER";
  if (command.includes("restart"))
    return `${command.map((word) => (word === "restart" ? "status" : word)).join(" ")} and journalctl say more; ghost doctor looks for the cause`;
  return "run it by hand to see more; --dry-run prints all that would be done";
}
