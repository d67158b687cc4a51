import { readTcpAddress } from "./addresses.ts";
import type { Probe } from "./definition.ts";
import { type Field, readInteger, readMap, readScalar, refuse } from "./fields.ts";
import { HTTP_KEYS } from "./orchestration-keys.ts";
import { readProbeCommand } from "./read-command.ts";

/** Longest regular expression of a check, in characters. */
const PATTERN_LENGTH_MAX = 1000;
/** Scheme, host, port (which may be a reference) and the rest; no blanks. */
const URL_SHAPE = /^https?:\/\/(?:[^\s/?#@]*@)?(?:\[[0-9a-f:.]+\]|[^\s/?#:@[\]]+)(?::([^\s/?#:]+))?(?:[/?#]\S*)?$/i;

/** `http: URL`, or `http: { url, status, body }`. */
export function readHttpProbe(field: Field): Probe | undefined {
  if (field.tree.kind !== "map") {
    const url = readUrl(field);
    return url === undefined ? undefined : { kind: "http", url, status: null, body: null };
  }
  const map = readMap(field, HTTP_KEYS, "http");
  if (!map) return undefined;
  const status = map.read("status", readStatus, null);
  const body = map.read("body", readPattern, null);
  const address = map.field("url");
  if (!address) return refuse(field, "it has no url", 'add `url: "http://127.0.0.1:8000/"`');
  const url = readUrl(address);
  return url === undefined ? undefined : { kind: "http", url, status, body };
}

function readUrl(field: Field): string | undefined {
  const scalar = readScalar(field, "a URL");
  if (!scalar) return undefined;
  const { text } = scalar;
  const match = URL_SHAPE.exec(text);
  if (!match) return refuse(field, "it is not a URL", urlHint(text));
  const port = match[1];
  return port !== undefined && /^\d+$/.test(port) && Number(port) > 65_535 ? refuse(field, "a port is at most 65535") : text;
}

function urlHint(text: string): string {
  if (/^\d+$/.test(text)) return `write "http://127.0.0.1:${text}/"`;
  if (/^:\d+/.test(text)) return `write "http://127.0.0.1${text}"`;
  if (/^[\w.-]+:\d+(\/\S*)?$/.test(text)) return `write "http://${text}"`;
  return 'write it whole, as "http://127.0.0.1:8000/healthz"';
}

function readStatus(field: Field): number[] | undefined {
  const trees = field.tree.kind === "list" ? field.tree.items : [field.tree];
  if (trees.length === 0) return refuse(field, "it is empty", "remove it for 200 to 399");
  const codes = trees.map((tree) => readInteger({ ...field, tree }, 100, 599));
  return codes.every((code) => code !== undefined) ? [...new Set(codes)] : undefined;
}

/** `tcp: host:port`; `:8000`, or the port alone, is of 127.0.0.1. */
export function readTcpProbe(field: Field): Probe | undefined {
  const address = readTcpAddress(field);
  return address && { kind: "tcp", ...address };
}

/** `exec: command`: as `command`, and by a shell when only one can run it. */
export function readExecProbe(field: Field): Probe | undefined {
  const command = readProbeCommand(field);
  return command && { kind: "exec", ...command };
}

/** `log: regex` */
export function readLogProbe(field: Field): Probe | undefined {
  const pattern = readPattern(field);
  return pattern === undefined ? undefined : { kind: "log", pattern };
}

/** That it is a regular expression is looked at by whoever has the engine (`runtime/config`): core loads none while it reads. */
function readPattern(field: Field): string | undefined {
  const pattern = readScalar(field, "a regular expression")?.text;
  if (pattern === undefined) return undefined;
  if (pattern === "") return refuse(field, "it is empty");
  if (pattern.length > PATTERN_LENGTH_MAX) return refuse(field, `it is longer than ${PATTERN_LENGTH_MAX} characters`);
  return pattern;
}
