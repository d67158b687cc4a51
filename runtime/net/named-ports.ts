/** Numbers in a command line and an environment that may be ports, for a program that complains of an address in use without its number. */

/** So many are looked at; a command line with more of them names no port among others, it lists data. */
const PORTS_MAX = 16;
const PORT_MAX = 65_535;
/** Ports below are for servers that say so: a `--workers 22` must not be taken for the port of sshd. */
const ORDINARY_MIN = 1_024;

/** Variables whose values are ports by their names: PORT, HTTP_PORT. */
const PORT_VARIABLE = /(?:^|_)PORT$/;
/** After `port`, `listen`, `bind` or `-p`, with or without a `=` or a space, and after the colon of an address. */
const SURE = /(?:port|listen|bind|(?:^|\s)-p)[=:\s]?(?:[^\s:]*:)?(\d{1,5})(?![\d.]*\d)|[\w\]*.]:(\d{1,5})(?![\d.:]*\d)/gi;
/** A whole number that is no piece of a version or of an address. */
const ANY = /(?<![\d.])\d{1,5}(?![\d.]*\d)/g;

/** The numbers that may be ports, each once, the surest first; at most `PORTS_MAX`. `words` is the program with its arguments. */
export function portsNamedIn(words: readonly string[], environment: Readonly<Record<string, string>>): number[] {
  const line = words.join(" ");
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    PORT_VARIABLE.test(name) && /^\d+$/.test(value) && !isOfServer(name, environment) ? [Number(value)] : [],
  );
  const sure = [...line.matchAll(SURE)].map(([, after, ofAddress]) => Number(after ?? ofAddress));
  const others = [...line.matchAll(ANY)].map(([text]) => Number(text)).filter((port) => port >= ORDINARY_MIN);
  const all = [...sure, ...variables, ...others].filter((port) => port > 0 && port <= PORT_MAX);
  return [...new Set(all)].slice(0, PORTS_MAX);
}

/** DB_HOST and DB_PORT together say where somebody else listens, unless the host is all of this machine's addresses. */
function isOfServer(name: string, environment: Readonly<Record<string, string>>): boolean {
  if (name === "PORT") return false;
  const host = environment[name.replace(/PORT$/, "HOST")];
  return host !== undefined && host !== "0.0.0.0" && host !== "::";
}
