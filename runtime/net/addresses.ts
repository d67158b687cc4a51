/** Addresses as the C library's socket calls take them (`struct sockaddr_in`, `sockaddr_in6`, `sockaddr_un`). */
import { isIP } from "node:net";
import { GhostError } from "../../core/errors/ghost-error.ts";

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = process.platform === "darwin" ? 30 : 10;

/** Sizes of the two structures, in bytes. */
const IPV4_BYTES = 16;
const IPV6_BYTES = 28;
/** Where address and port stand in them. */
const PORT_AT = 2;
const IPV4_AT = 4;
const IPV6_AT = 8;
const SUN_PATH_AT = 2;

/**
 * An IP address (or `localhost`, which is 127.0.0.1) and a port as the system has them. Names are not looked up: a
 * listener must be the same after each restart, whatever a name server says. Throws CONFIG_INVALID.
 */
export function encodeAddress(host: string, port: number): Uint8Array {
  const ip = host === "localhost" ? "127.0.0.1" : host.replace(/^\[(.*)\]$/, "$1");
  switch (isIP(ip)) {
    case 4:
      return withHead(AF_INET, port, IPV4_BYTES, IPV4_AT, ipv4Bytes(ip));
    case 6:
      return withHead(AF_INET6, port, IPV6_BYTES, IPV6_AT, ipv6Bytes(ip));
    default:
      throw new GhostError("CONFIG_INVALID", `cannot listen on ${host}: it is no IP address`, {
        hint: "give an address of this machine, e.g. 127.0.0.1, 0.0.0.0 for all, [::] for all of IPv4 and IPv6",
      });
  }
}

/** The address family of an encoded address. */
export function familyOf(address: Uint8Array): number {
  return process.platform === "darwin" ? (address[1] ?? 0) : (address[0] ?? 0);
}

/** A name of Linux's abstract namespace of unix sockets: no file, gone with its holder, one per network namespace. */
export function encodeAbstractName(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(3 + text.length);
  bytes[0] = AF_UNIX;
  bytes.set(text, 3);
  return bytes;
}

/** The path of a unix socket, with its closing NUL, as the system gives it back. */
export function encodePath(path: string): Uint8Array {
  const text = new TextEncoder().encode(path);
  const bytes = new Uint8Array(SUN_PATH_AT + text.length + 1);
  if (process.platform === "darwin") bytes.set([bytes.length, AF_UNIX]);
  else bytes[0] = AF_UNIX;
  bytes.set(text, SUN_PATH_AT);
  return bytes;
}

function withHead(family: number, port: number, length: number, at: number, address: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(length);
  // BSD's structures begin with their length.
  if (process.platform === "darwin") bytes.set([length, family]);
  else bytes[0] = family;
  bytes.set([port >> 8, port & 255], PORT_AT);
  bytes.set(address, at);
  return bytes;
}

function ipv4Bytes(ip: string): Uint8Array {
  return Uint8Array.from(ip.split(".").map(Number));
}

function ipv6Bytes(ip: string): Uint8Array {
  const bare = (ip.split("%")[0] ?? "").replace(/[\d.]+$/, (tail) => (tail.includes(".") ? ipv4Groups(tail) : tail));
  const [front = "", back] = bare.split("::");
  const groups = (text: string): number[] => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const [first, last] = [groups(front), groups(back ?? "")];
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

function ipv4Groups(ip: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(ip);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}
