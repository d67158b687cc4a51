import { readFileSync } from "node:fs";
import { release } from "node:os";
import { becomeSubreaper } from "../process/subreaper.ts";
import { openLibc } from "../system/native.ts";
import { type Finding, good, warning } from "./finding.ts";

/** Enough for 1000 processes: two pipes and a log each, and room for the daemon's own. */
const OPEN_FILES_WANTED = 4096;
const WATCHES_WANTED = 8192;
/** From asm/unistd.h, the same on x86-64 and arm64. */
const SYS_PIDFD_OPEN = 434;
const SYS_CLOSE = process.arch === "arm64" ? 57 : 3;
/** PIDFD_GET_INFO tells the exit code of a process that is not our child from this kernel on. */
const EXIT_INFO_KERNEL = [6, 15] as const;

/** Looks at what this system lets Ghost do, and at the limits that it sets. */
export function checkSystem(): Finding[] {
  if (process.platform !== "linux") {
    return [
      warning(
        "system",
        `${process.platform} has no child subreaper and no pidfds: programs that daemonize cannot be followed`,
        "run such programs in their foreground mode",
      ),
    ];
  }
  return [checkNative(), checkExitCodes(), checkOpenFiles(), checkWatches()];
}

function checkNative(): Finding {
  const libc = openLibc({ syscall: { args: ["i64", "i64", "i64"], returns: "i64" } });
  if (!libc)
    return warning(
      "system",
      "the C library cannot be called here: logs are pumped by read and write, and programs that daemonize cannot be followed",
      "use the ghost binary instead of running ghost.js in Node or Deno",
    );
  const pidfd = Number(libc.call.syscall(SYS_PIDFD_OPEN, process.pid, 0));
  if (pidfd < 0)
    return warning(
      "system",
      "pidfds are refused: the end of processes that were taken over is noticed late",
      "a kernel of 5.3 or newer, or a seccomp profile that allows pidfd_open",
    );
  libc.call.syscall(SYS_CLOSE, pidfd, 0);
  if (!becomeSubreaper())
    return warning(
      "system",
      "prctl refuses to make a child subreaper: programs that daemonize cannot be followed",
      "a seccomp profile that allows PR_SET_CHILD_SUBREAPER",
    );
  return good("system", `Linux ${release()} with C library, child subreaper and pidfds`);
}

function checkExitCodes(): Finding {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const [wantedMajor, wantedMinor] = EXIT_INFO_KERNEL;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor))
    return good("system", "this kernel tells the exit codes of processes that a new daemon took over");
  return good(
    "system",
    `before Linux ${wantedMajor}.${wantedMinor} the exit code of a process that a new daemon took over stays unknown, and counts as failure`,
  );
}

function checkOpenFiles(): Finding {
  const line =
    readText("/proc/self/limits")
      .split("\n")
      .find((each) => each.startsWith("Max open files")) ?? "";
  const hard = line.trim().split(/\s+/).at(-2) ?? "";
  if (hard === "unlimited" || Number(hard) >= OPEN_FILES_WANTED) return good("limits", `${hard} open files are allowed`);
  return warning(
    "limits",
    `only ${hard} open files are allowed: enough for about ${Math.floor(Number(hard) / 4)} processes`,
    "raise the hard limit: ulimit -Hn, or LimitNOFILE= of the service manager",
  );
}

function checkWatches(): Finding {
  const watches = Number(readText("/proc/sys/fs/inotify/max_user_watches"));
  if (!(watches > 0) || watches >= WATCHES_WANTED) return good("limits", `${watches || "unknown many"} folders can be watched`);
  return warning("limits", `only ${watches} folders can be watched`, "sysctl fs.inotify.max_user_watches=65536");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
