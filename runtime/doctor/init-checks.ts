import { readProcess } from "../process/table.ts";
import { openLibc } from "../system/native.ts";
import { type Finding, good, warning } from "./finding.ts";

/** Programs that, as the first process, take what nobody else waits for. The kernel's short names. */
const INITS = new Set([
  "systemd",
  "init",
  "launchd",
  "tini",
  "docker-init",
  "dumb-init",
  "catatonit",
  "s6-svscan",
  "runit",
  "runsvdir",
  "openrc-init",
  "dinit",
  "busybox",
  "procd",
]);

/** What is known of the first process and of us. */
export interface InitFacts {
  /** The short name of process 1. */
  readonly first: string;
  /** True when the daemon itself is process 1, as in a container. */
  readonly daemonIsFirst: boolean;
  /** True where the daemon can reap processes that are not its own. */
  readonly reaps: boolean;
}

/** Whether processes that nobody waits for pile up here, and an init is needed. */
export function checkInit(daemonPid: number | null): Finding {
  const first = readProcess(1)?.command ?? "unknown";
  return judgeInit({
    first,
    daemonIsFirst: daemonPid === 1,
    reaps: process.platform === "linux" && openLibc({ waitpid: WAITPID }) !== null,
  });
}

const WAITPID = { args: ["i32", "ptr", "i32"], returns: "i32" } as const;

/** The judgement, from facts. */
export function judgeInit({ first, daemonIsFirst, reaps }: InitFacts): Finding {
  if (daemonIsFirst) {
    return reaps
      ? good("init", "the daemon is the first process here: it obeys signals and reaps what others leave, so no other init is needed")
      : warning(
          "init",
          "the daemon is the first process here and cannot reap what others leave, because it cannot call the C library",
          "start the container with an init (docker run --init), or use the ghost binary",
        );
  }
  if (INITS.has(first)) return good("init", `process 1 is ${first}, which reaps what nobody waits for`);
  if (reaps) return good("init", `process 1 is ${first}; what Ghost's processes leave comes to the daemon, so no init is needed for them`);
  return warning(
    "init",
    `process 1 is ${first}, which may not reap: what processes leave behind would stay as zombies`,
    "start the container with an init (docker run --init), or use the ghost binary",
  );
}
