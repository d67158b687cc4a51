/** A `docker run` line as its parts. */
export interface DockerRun {
  readonly image: string;
  readonly command: readonly string[];
  /** Options by their long name without dashes, each with its values in order; a switch has an empty one. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** Options that take no value. */
const SWITCHES = new Set([
  "rm",
  "init",
  "privileged",
  "read-only",
  "interactive",
  "oom-kill-disable",
  "detach",
  "tty",
  "i",
  "t",
  "it",
  "d",
]);
const SHORT: Readonly<Record<string, string>> = {
  p: "publish",
  v: "volume",
  e: "env",
  u: "user",
  w: "workdir",
  h: "hostname",
  l: "label",
  i: "interactive",
  t: "tty",
  d: "detach",
};

/** Reads the words of `docker run …`; null for any other command, and for one that names no image. */
export function parseDockerRun(words: readonly string[]): DockerRun | null {
  const [program = "", verb, ...rest] = words;
  if (!/(^|\/)docker$/.test(program) || verb !== "run") return null;
  const options = new Map<string, string[]>();
  let at = 0;
  for (; at < rest.length; at++) {
    const word = rest[at] ?? "";
    if (!word.startsWith("-")) break;
    const [, key = "", value] = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const name = SHORT[key] ?? key;
    const given = value ?? (SWITCHES.has(key) ? "" : (rest[++at] ?? ""));
    options.set(name, [...(options.get(name) ?? []), given]);
  }
  const image = rest[at];
  return image === undefined ? null : { image, command: rest.slice(at + 1), options };
}
