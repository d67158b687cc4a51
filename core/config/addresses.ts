import type { ListenAddress } from "./definition.ts";
import { type Field, readScalar, refuse } from "./fields.ts";
import { portReference, portsIn } from "./port-references.ts";

/** Largest TCP port. */
export const PORT_MAX = 65_535;
const LOOPBACK = "127.0.0.1";
const ALL_ADDRESSES = "0.0.0.0";

/** A host (or nothing), a colon, and a port; or the port alone. An IPv6 address stands in brackets. */
const ADDRESS = /^(?:(\[[0-9a-f:.]+\]|[^\s:/[\]]*):)?([^\s:/]+)$/i;

interface Address {
  /** Empty when the text gives none; without brackets. */
  readonly host: string;
  /** Digits, or a reference to a port. */
  readonly port: string;
}

/** `host:port` to connect to. The port may be a reference. */
export function readTcpAddress(field: Field): Address | undefined {
  const text = readScalar(field, "host:port")?.text;
  if (text === undefined) return undefined;
  const address = readAddress(field, text);
  return address && { ...address, host: address.host || LOOPBACK };
}

/** `listen`: a port or `:8080` (of all addresses), or `host:port`. */
export function readListen(field: Field): ListenAddress | undefined {
  return readOwnAddress(field, ALL_ADDRESSES);
}

/** `http.listen` and `hub.listen` of the node: as `listen`, but 127.0.0.1 where no host is given. `example` is proposed. */
export function readLoopback(field: Field, example: string): ListenAddress | undefined {
  const address = readOwnAddress(field, LOOPBACK);
  if (!address || address.host === "localhost" || address.host === "::1" || /^127\./.test(address.host)) return address;
  return refuse(field, "it is not an address of this machine alone", `write ${example}, and put a server with TLS before it`);
}

function readOwnAddress(field: Field, fallback: string): ListenAddress | undefined {
  const text = readScalar(field, "a text: a port or host:port")?.text;
  const address = text === undefined ? undefined : readAddress(field, text);
  if (!address) return undefined;
  const host = address.host === "" || address.host === "*" ? fallback : address.host;
  return isReference(address.port) ? { host, port: 0, portFrom: address.port } : { host, port: Number(address.port) };
}

function readAddress(field: Field, text: string): Address | undefined {
  const match = ADDRESS.exec(text);
  const [, host = "", port = ""] = match ?? [];
  if (match && (isPort(port) || isReference(port))) return { host: host.replace(/^\[|\]$/g, ""), port };
  if (match && /^\d+$/.test(port)) return refuse(field, `a port is from 1 to ${PORT_MAX}`);
  if (/^[a-z]+:\/\//i.test(text)) return refuse(field, "it is a URL", "write host:port");
  return refuse(
    field,
    "it has no port",
    /^[\w.-]+$/.test(text) ? `write ${text}:8000` : "write host:port, as 127.0.0.1:8000 or [::1]:8000",
  );
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= PORT_MAX;
}

function isReference(text: string): boolean {
  const [name] = portsIn(text);
  return name !== undefined && portReference(name) === text;
}
