/** What programs say when the address that they want to listen on is held by another. */

/** As the C library, Node, Bun, Python, Go, Rust, the JVM, nginx, redis and .NET have it. */
const IN_USE =
  /EADDRINUSE|address (?:is )?already in use|address in use|Only one usage of each socket address|port (?:\d+ )?is (?:already )?(?:in use|being used|taken|used)/i;

/** Ways to name the port in such a line, the surest first. */
const PORTS: readonly RegExp[] = [
  /\bport[:= ]+(\d{1,5})\b/i,
  // 127.0.0.1:8080, [::]:8080, :::8080, *:8080, localhost:8080, :8080
  /(?:\d{1,3}(?:\.\d{1,3}){3}|\]|\*|::|\blocalhost|^|[\s'"(=]):(\d{1,5})\b(?!:?[\da-f]|\.\d)/i,
  // Python's asyncio: ('127.0.0.1', 8080)
  /['"]\s*,\s*(\d{1,5})\s*[,)]/,
];

/** What a program's last lines tell of an address in use. */
export interface InUse {
  /** Null when the lines do not say which. */
  readonly port: number | null;
}

/** Whether one of these lines says that an address is in use, and which port; null when none does. */
export function findInUse(lines: readonly string[]): InUse | null {
  const at = lines.findLastIndex((line) => IN_USE.test(line));
  if (at < 0) return null;
  // Node prints the port two lines below as `port: 8080`.
  const near = [lines[at] ?? "", ...lines.slice(at + 1, at + 9), ...lines.slice(Math.max(0, at - 3), at).reverse()];
  for (const line of near) {
    const port = portIn(line);
    if (port !== null) return { port };
  }
  return { port: null };
}

function portIn(line: string): number | null {
  for (const pattern of PORTS) {
    const port = Number(pattern.exec(line)?.[1]);
    if (port > 0 && port <= 65_535) return port;
  }
  return null;
}
