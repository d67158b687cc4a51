import { accessSync, closeSync, constants, openSync, readdirSync, readSync } from "node:fs";

/** The kernel reads so much of a #! line (BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;
const ELF = "\u007fELF";
const BINFMT_FOLDER = "/proc/sys/fs/binfmt_misc";

/**
 * What execve(2) would say of a program, as its error code; null when nothing speaks against it. Needed where a shell
 * becomes the program: shells and execvp(3) run what the kernel refuses as a shell script, and say what is wrong to the log alone.
 */
export function formatProblem(file: string): "ENOEXEC" | "ENOENT" | null {
  const head = readHead(file);
  if (head === null) return null;
  if (head.startsWith("#!")) return isInterpreterMissing(head) ? "ENOENT" : null;
  if (process.platform !== "linux" || head.startsWith(ELF) || knowsOtherFormats()) return null;
  return "ENOEXEC";
}

function isInterpreterMissing(head: string): boolean {
  const [interpreter = ""] = (head.slice(2).split("\n")[0] ?? "").trim().split(/\s/);
  try {
    accessSync(interpreter, constants.X_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** A program that may be run but not read says nothing. */
function readHead(file: string): string | null {
  try {
    const fd = openSync(file, "r");
    try {
      const buffer = Buffer.alloc(HEAD_BYTES);
      return buffer.toString("latin1", 0, readSync(fd, buffer, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** Whether an administrator taught the kernel formats of their own (Java, Wine, other architectures). */
function knowsOtherFormats(): boolean {
  try {
    return readdirSync(BINFMT_FOLDER).some((name) => name !== "register" && name !== "status");
  } catch {
    return false;
  }
}
