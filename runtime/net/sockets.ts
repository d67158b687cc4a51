/**
 * Sockets that are made without a server on them: listeners to hand down, trial binds, claims. The C library does it;
 * where it cannot be reached (Node, Deno) there are no listeners to hand down, and trial binds are answered from the
 * system's table of sockets.
 */
import { chmodSync, closeSync, fchmodSync, rmSync } from "node:fs";
import type { ListenAddress } from "../../core/config/definition.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Libc, openLibc } from "../system/native.ts";
import { AF_INET6, AF_UNIX, encodeAbstractName, encodeAddress, encodePath, familyOf } from "./addresses.ts";
import { isListenedOn } from "./socket-table.ts";

/** Connections that may wait to be accepted, while no instance is there for example; the kernel cuts it to `net.core.somaxconn` (4096 on Linux). */
export const BACKLOG = 4096;

const onMac = process.platform === "darwin";
const SOCK_STREAM = 1;
/** No other child may inherit it by accident. On macOS a spawned program gets only what it is given. */
const SOCK_CLOEXEC = onMac ? 0 : 0o2000000;
const SOL_SOCKET = onMac ? 0xffff : 1;
const SO_REUSEADDR = onMac ? 4 : 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = onMac ? 27 : 26;
const SHUT_RDWR = 2;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const EADDRINUSE = onMac ? 48 : 98;
const EADDRNOTAVAIL = onMac ? 49 : 99;
const EACCES = 13;
const EROFS = 30;
const ENOSPC = 28;
/** A socket with a path is its owner's alone. */
const PATH_MODE = 0o600;
/** Room for any address, in bytes. */
const ADDRESS_BYTES_MAX = 128;
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

const SIGNATURES = {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
  shutdown: { args: ["i32", "i32"], returns: "i32" },
  getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "u64"], returns: "i32" },
  syscall: { args: ["i64", "i64", "i64", "i64"], returns: "i64" },
} as const;

let opened: Libc<keyof typeof SIGNATURES> | null | undefined;

function libc(): Libc<keyof typeof SIGNATURES> | null {
  if (opened === undefined) opened = openLibc(SIGNATURES);
  return opened;
}

/**
 * A listening socket at this address, not inherited by children unless it is handed to them. `::` takes IPv4, too.
 * Throws PORT_IN_USE, PERMISSION_DENIED, CONFIG_INVALID, or UNSUPPORTED where the C library cannot be reached.
 */
export function openListener({ host, port }: ListenAddress): number {
  const c = libc();
  if (!c) throw unsupported();
  const address = encodeAddress(host, port);
  const fd = Number(c.call.socket(familyOf(address), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) throw listenError(host, port, c.errno());
  setOption(c, fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (familyOf(address) === AF_INET6) setOption(c, fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  const failed = c.call.bind(fd, address, address.length) !== 0 ? c.errno() : c.call.listen(fd, BACKLOG) !== 0 ? c.errno() : 0;
  if (failed === 0) return fd;
  closeSync(fd);
  throw listenError(host, port, failed);
}

/**
 * A listening unix socket at this path, for its owner alone (0600); whatever stands there is removed. Not inherited by children unless it is handed to them.
 * Throws PERMISSION_DENIED, NO_SPACE, FAILED, or UNSUPPORTED where the C library cannot be reached. The path must not be longer than the system's limit.
 */
export function openPathListener(path: string): number {
  const c = libc();
  if (!c) throw unsupported();
  const fd = Number(c.call.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) throw pathError(path, c.errno());
  try {
    bindPath(c, fd, path);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Linux gives the new name the mode of the socket, so that it is never open to others. */
function bindPath(c: Libc<keyof typeof SIGNATURES>, fd: number, path: string): void {
  if (!onMac) fchmodSync(fd, PATH_MODE);
  rmSync(path, { force: true });
  const address = encodePath(path);
  if (c.call.bind(fd, address, address.length) !== 0) throw pathError(path, c.errno());
  if (onMac) chmodSync(path, PATH_MODE);
  if (c.call.listen(fd, BACKLOG) !== 0) throw pathError(path, c.errno());
}

/** Ends a listener for all who hold it: whoever connects from now on is refused, even while another process still has it open. */
export function closeListener(fd: number): void {
  libc()?.call.shutdown(fd, SHUT_RDWR);
  closeSync(fd);
}

/** Keeps a descriptor that was inherited from the children of this process. */
export function keepFromChildren(fd: number): void {
  if (!onMac) libc()?.call.fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/** An address as a text that is equal for equal addresses. Throws CONFIG_INVALID. */
export function addressId({ host, port }: ListenAddress): string {
  return Buffer.from(encodeAddress(host, port)).toString("hex");
}

/** The same of the path of a unix socket. */
export function pathId(path: string): string {
  return Buffer.from(encodePath(path)).toString("hex");
}

/** The same of a socket's own address; null when it cannot be learnt. */
export function addressIdOf(fd: number): string | null {
  const c = libc();
  if (!c) return null;
  const address = Buffer.alloc(ADDRESS_BYTES_MAX);
  const length = new Uint32Array([ADDRESS_BYTES_MAX]);
  if (c.call.getsockname(fd, address, length) !== 0) return null;
  return address.toString("hex", 0, length[0]);
}

/** A copy of another process's descriptor; null where the system does not allow it (Linux 5.6, the same user, no Yama in between). */
export function copyDescriptor(pid: number, descriptor: number): number | null {
  const c = process.platform === "linux" ? libc() : null;
  if (!c) return null;
  const pidfd = Number(c.call.syscall(PIDFD_OPEN, pid, 0, 0));
  if (pidfd < 0) return null;
  const copy = Number(c.call.syscall(PIDFD_GETFD, pidfd, descriptor, 0));
  closeSync(pidfd);
  return copy < 0 ? null : copy;
}

/**
 * Whether a program could listen on this TCP port on all addresses now. `reusing`: as most servers do it, past
 * connections of the port's last owner that have not timed out yet.
 */
export function canBind(port: number, options: { readonly reusing: boolean }): boolean {
  const c = libc();
  if (!c) return !isListenedOn(port);
  // Where IPv6 is switched off the wildcard of IPv4 is all there is.
  return tryBind(c, encodeAddress("::", port), options.reusing) ?? tryBind(c, encodeAddress("0.0.0.0", port), options.reusing) ?? true;
}

/** Holds a name that no other process of this machine (network namespace) can hold at the same time. Gives its descriptor, `taken`, or null where there are no such names. */
export function claimName(name: string): number | "taken" | null {
  const c = process.platform === "linux" ? libc() : null;
  if (!c) return null;
  const fd = Number(c.call.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return null;
  const address = encodeAbstractName(name);
  if (c.call.bind(fd, address, address.length) === 0) return fd;
  const errno = c.errno();
  closeSync(fd);
  return errno === EADDRINUSE ? "taken" : null;
}

/** Null when nothing can be said: there is no such family, or the port needs rights. */
function tryBind(c: Libc<keyof typeof SIGNATURES>, address: Uint8Array, reusing: boolean): boolean | null {
  const fd = Number(c.call.socket(familyOf(address), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd < 0) return null;
  if (reusing) setOption(c, fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (familyOf(address) === AF_INET6) setOption(c, fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  const errno = c.call.bind(fd, address, address.length) === 0 ? 0 : c.errno();
  closeSync(fd);
  return errno === 0 ? true : errno === EADDRINUSE ? false : null;
}

function setOption(c: Libc<keyof typeof SIGNATURES>, fd: number, level: number, name: number, value: number): void {
  c.call.setsockopt(fd, level, name, new Int32Array([value]), 4);
}

function unsupported(): GhostError {
  return new GhostError("UNSUPPORTED", "cannot hold a listener: this runtime cannot make a socket without accepting on it", {
    hint: "run Ghost's binary instead of the script, or leave out `listen` and let the program listen itself",
  });
}

function listenError(host: string, port: number, errno: number): GhostError {
  const what = `cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port}`;
  switch (errno) {
    case EADDRINUSE:
      return new GhostError("PORT_IN_USE", `${what}: the port is held by another program`, {
        hint: "end that program, or use another port",
      });
    case EACCES:
      return new GhostError("PERMISSION_DENIED", `${what}: permission denied`, { hint: "ports below 1024 need root" });
    case EADDRNOTAVAIL:
      return new GhostError("FAILED", `${what}: this machine has no such address`, { hint: "give one of its own, or 0.0.0.0 for all" });
    default:
      return new GhostError("FAILED", `${what}: error ${errno} of the system`);
  }
}

function pathError(path: string, errno: number): GhostError {
  const what = `cannot listen on ${path}`;
  switch (errno) {
    case EACCES:
    case EROFS:
      return new GhostError("PERMISSION_DENIED", `${what}: permission denied`, { hint: "give the daemon's user the folder that it is in" });
    case ENOSPC:
      return new GhostError("NO_SPACE", `${what}: no space left on the device`, { hint: "free some space (`df -h`)" });
    default:
      return new GhostError("FAILED", `${what}: error ${errno} of the system`);
  }
}
