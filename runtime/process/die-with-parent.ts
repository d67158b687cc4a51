import { openLibc } from "../system/native.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * From now on the end of the parent is the end of this process, whatever it is doing (prctl(2); Linux with FFI). Elsewhere nothing happens then: who calls
 * this must notice the end of its parent itself, e.g. by a pipe that closes. False when that parent is gone already.
 */
export function dieWithParent(parentPid: number): boolean {
  const libc = process.platform === "linux" ? openLibc({ prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" } }) : null;
  libc?.call.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // After the call, because the parent may have ended just before it.
  return process.ppid === parentPid;
}
