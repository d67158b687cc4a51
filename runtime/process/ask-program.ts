import { execFileSync } from "node:child_process";

/**
 * Runs a program to its end and gives what it wrote; its errors go where ours go. For an app's own process, which has nobody else to spawn for it (the
 * client library is one small file). Throws what the runtime throws for a program that is not there, fails, or takes longer than `limitMs`.
 */
export function askProgram(program: string, args: readonly string[], limitMs: number): string {
  return String(execFileSync(program, args, { timeout: limitMs, stdio: ["ignore", "pipe", "inherit"] }));
}
