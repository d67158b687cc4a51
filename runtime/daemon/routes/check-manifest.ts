import type { Manifest } from "../../../core/config/definition.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Says whether a value is as it should be; `what` completes "… is not". */
interface Kind {
  readonly what: string;
  readonly fits: (value: unknown) => boolean;
}

const text: Kind = { what: "a string", fits: (value) => typeof value === "string" };
const filled: Kind = { what: "a string with something in it", fits: (value) => typeof value === "string" && value !== "" };
const name: Kind = { what: "a name of letters, digits, - and _", fits: (value) => typeof value === "string" && NAME.test(value) };
const path: Kind = { what: "an absolute path", fits: (value) => typeof value === "string" && value.startsWith("/") };
const number: Kind = { what: "a number", fits: (value) => Number.isFinite(value) && (value as number) >= 0 };
const whole: Kind = { what: "a whole number", fits: Number.isInteger };
const flag: Kind = { what: "true or false", fits: (value) => typeof value === "boolean" };
const record: Kind = { what: "an object", fits: (value) => value !== null && typeof value === "object" && !Array.isArray(value) };

function listOf(kind: Kind): Kind {
  return { what: `a list, each ${kind.what}`, fits: (value) => Array.isArray(value) && value.every(kind.fits) };
}

function mapOf(kind: Kind): Kind {
  return {
    what: `an object, each value ${kind.what}`,
    fits: (value) => record.fits(value) && Object.values(value as object).every(kind.fits),
  };
}

function orNull(kind: Kind): Kind {
  return { what: `${kind.what} or null`, fits: (value) => value === null || kind.fits(value) };
}

function oneOf(...words: readonly string[]): Kind {
  return { what: words.join(" or "), fits: (value) => words.includes(value as string) };
}

/** Kinds by key; the keys of an object within by their path. */
type Shape = Readonly<Record<string, Kind | Readonly<Record<string, Kind>>>>;

const environmentValue: Kind = {
  what: "a string or { fromFile }",
  fits: (value) => text.fits(value) || path.fits((value as { fromFile?: unknown } | null)?.fromFile),
};

const MANIFEST: Shape = { id: filled, project: name, path: text, files: listOf(text), processes: listOf(record), secrets: mapOf(text) };

const DEFINITION: Shape = {
  name,
  project: name,
  executable: filled,
  args: listOf(text),
  shell: flag,
  workingDirectory: path,
  environment: mapOf(environmentValue),
  envFiles: listOf(path),
  inherited: mapOf(text),
  type: oneOf("service", "oneshot"),
  restart: {
    policy: oneOf("always", "on-failure", "never"),
    delayMs: number,
    factor: number,
    maxDelayMs: number,
    jitter: number,
    resetAfterMs: number,
    maxRestarts: orNull(number),
    windowMs: number,
    successCodes: listOf(whole),
  },
  stop: { signal: filled, timeoutMs: number, command: orNull(text) },
  logs: { maxSizeBytes: number, maxFiles: number, compress: flag },
  limits: { memoryBytes: orNull(number), openFiles: orNull(number) },
  user: orNull(text),
  group: orNull(text),
  umask: orNull(number),
  nice: orNull(whole),
};
const WATCH: Shape = { paths: listOf(text), ignore: listOf(text), debounceMs: number };
const SOURCE: Shape = { file: path, line: whole };

/** A manifest that came over the socket is checked for its shape: Ghost's own client sends what its parser made, others may send anything. Throws USAGE. */
export function checkManifest(manifest: Manifest | undefined): void {
  if (!record.fits(manifest)) throw bad("it has no manifest");
  check(manifest, MANIFEST, "manifest");
  for (const [index, definition] of (manifest as Manifest).processes.entries()) {
    const at = `manifest.processes[${index}]`;
    check(definition, DEFINITION, at);
    if (definition.name === "all") throw bad(`${at}.name is reserved`);
    if (definition.watch !== null) check(definition.watch, WATCH, `${at}.watch`);
    if (definition.source !== null) check(definition.source, SOURCE, `${at}.source`);
  }
}

function check(value: unknown, shape: Shape, at: string): void {
  if (!record.fits(value)) throw bad(`${at} is not an object`);
  for (const [key, kind] of Object.entries(shape)) {
    const found = (value as Record<string, unknown>)[key];
    if ("fits" in kind && typeof kind.fits === "function") {
      if (!kind.fits(found)) throw bad(`${at}.${key} is not ${kind.what}`);
    } else check(found, kind as Readonly<Record<string, Kind>>, `${at}.${key}`);
  }
}

function bad(what: string): GhostError {
  return new GhostError("USAGE", `cannot take the manifest: ${what}`, { hint: "its shape is in /v1/openapi.json" });
}
