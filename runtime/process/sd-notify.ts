/**
 * Tells a service manager how the daemon is (sd_notify(3)): one datagram to the socket that NOTIFY_SOCKET names. Neither Bun
 * nor Node has datagram sockets of this family, so the C library is called; without FFI the program `systemd-notify` does it.
 */
import { spawnSync } from "node:child_process";
import { openLibc } from "../system/native.ts";
import { findTool } from "./privilege.ts";

const AF_UNIX = 1;
/** SOCK_DGRAM, and on Linux SOCK_CLOEXEC: no child is to inherit the descriptor. */
const SOCKET_TYPE = process.platform === "linux" ? 2 | 0o2000000 : 2;
/** MSG_DONTWAIT | MSG_NOSIGNAL: a manager that does not read must not stop the daemon. */
const SEND_FLAGS = process.platform === "linux" ? 0x40 | 0x4000 : 0x80;
/** sun_path of sockaddr_un, in bytes. */
const PATH_BYTES_MAX = 108;
/** How long `systemd-notify` may take, in ms. */
const TOOL_LIMIT_MS = 2_000;

/** What may be told, by the names of sd_notify(3). */
export type Notification = Readonly<Record<string, string | number>>;

/**
 * Sends one notification to `address`: a path, or `@name` in the abstract name space. Gives false when it could not be
 * sent, which is nobody's failure: a manager that does not listen is none.
 */
export function sdNotify(address: string, notification: Notification): boolean {
  const lines = Object.entries(notification).map(([name, value]) => `${name}=${oneLine(String(value))}`);
  const libc = openNotifyLibc();
  return libc ? sendDatagram(libc, address, lines.join("\n")) : runTool(address, lines);
}

/** A line end in a value would begin another assignment. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

type NotifyLibc = NonNullable<ReturnType<typeof openNotifyLibc>>;

function openNotifyLibc() {
  return openLibc({
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
    close: { args: ["i32"], returns: "i32" },
  });
}

function sendDatagram(libc: NotifyLibc, address: string, text: string): boolean {
  const target = socketAddress(address);
  if (!target) return false;
  const fd = Number(libc.call.socket(AF_UNIX, SOCKET_TYPE, 0));
  if (fd < 0) return false;
  try {
    const bytes = Buffer.from(text);
    const sent = libc.call.sendto(fd, libc.pointer(bytes), bytes.length, SEND_FLAGS, libc.pointer(target), target.length);
    return Number(sent) === bytes.length;
  } finally {
    libc.call.close(fd);
  }
}

/** A sockaddr_un of this address; null when it is too long or of a kind that is not understood. */
export function socketAddress(address: string): Buffer | null {
  const isAbstract = address.startsWith("@");
  if (!isAbstract && !address.startsWith("/")) return null;
  // The abstract name space begins with a NUL and has no end; a path has a NUL at its end.
  const path = isAbstract ? Buffer.from(`\0${address.slice(1)}`) : Buffer.from(`${address}\0`);
  if (path.length > PATH_BYTES_MAX) return null;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, path]);
}

/** The manager must take it from another pid than the main one (`NotifyAccess=all`), which the unit says where there is no FFI. */
function runTool(address: string, lines: readonly string[]): boolean {
  const tool = findTool("systemd-notify");
  if (tool === null) return false;
  const { status } = spawnSync(tool, lines as string[], { env: { NOTIFY_SOCKET: address }, timeout: TOOL_LIMIT_MS, stdio: "ignore" });
  return status === 0;
}

const CLOCK_MONOTONIC = process.platform === "darwin" ? 6 : 1;

/** The system's monotonic clock in microseconds, as MONOTONIC_USEC wants it. Bun's `hrtime` begins with the process, so the C library is asked. */
export function monotonicMicroseconds(): number {
  const libc = openLibc({ clock_gettime: { args: ["i32", "ptr"], returns: "i32" } });
  if (!libc) return Math.round(Number(process.hrtime.bigint() / 1000n));
  const time = new BigInt64Array(2);
  libc.call.clock_gettime(CLOCK_MONOTONIC, libc.pointer(time));
  return Number((time[0] ?? 0n) * 1_000_000n + (time[1] ?? 0n) / 1000n);
}
