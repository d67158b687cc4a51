import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { maskValues } from "../../core/config/secrets.ts";
import type { Home } from "../daemon/home.ts";
import { makeTar, type TarEntry } from "./tar.ts";

/** Of the daemon's log the last bytes go into a bundle. */
const LOG_BYTES_MAX = 1024 * 1024;

/** What a bundle holds besides the daemon's log; each value goes in as JSON. */
export interface BundleContent {
  readonly [name: string]: unknown;
}

/** A `.tar.gz` to attach to a bug report. No secret value that the home knows is in it, whoever wrote it where. */
export function makeBundle(home: Home, content: BundleContent, now: Date): Buffer {
  const secrets = secretValues(home.secretsFile);
  const entries = Object.entries(content).map(([name, value]) => entry(`${name}.json`, `${JSON.stringify(value, null, 2)}\n`, secrets));
  return gzipSync(makeTar([...entries, entry("daemon.log", tailOf(home.daemonLog), secrets)], now));
}

function entry(name: string, text: string, secrets: readonly string[]): TarEntry {
  // JSON writes some characters of a secret in another way: both forms are masked.
  const forms = [...secrets, ...secrets.map((secret) => JSON.stringify(secret).slice(1, -1))];
  return { name: `ghost-bundle/${name}`, data: Buffer.from(maskValues(text, forms)) };
}

function tailOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    return bytes.subarray(Math.max(0, bytes.length - LOG_BYTES_MAX)).toString("utf8");
  } catch {
    return "";
  }
}

/** All values in `data/secrets`. */
function secretValues(path: string): string[] {
  try {
    const manifests = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;
    return Object.values(manifests).flatMap((secrets) => Object.values(secrets));
  } catch {
    return [];
  }
}
