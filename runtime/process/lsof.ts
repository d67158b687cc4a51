import { spawnSync } from "node:child_process";

/** A listening TCP socket as `lsof` shows it. */
export interface LsofListener {
  readonly pid: number;
  /** `*`, an IPv4 address, or an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
}

/** `lsof` walks through all processes; one that hangs (a dead network mount) is given up after this long, in ms. */
const LSOF_LIMIT_MS = 3_000;

/** The listening TCP sockets of systems without /proc; none where there is no `lsof`. Of other users' processes it sees none without root. */
export function listLsofListeners(): LsofListener[] {
  const { stdout } = spawnSync("lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-Fpn"], {
    encoding: "utf8",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
    timeout: LSOF_LIMIT_MS,
  });
  return parseLsof(stdout ?? "");
}

/** `lsof -Fpn`: a line `pPID` for each process, then for each descriptor `fNUMBER` and `nHOST:PORT`. */
export function parseLsof(text: string): LsofListener[] {
  const found: LsofListener[] = [];
  let pid = 0;
  for (const line of text.split("\n")) {
    if (line.startsWith("p")) pid = Number(line.slice(1));
    const match = /^n(.*):(\d+)$/.exec(line);
    if (match) found.push({ pid, host: match[1] ?? "", port: Number(match[2]) });
  }
  return found;
}
