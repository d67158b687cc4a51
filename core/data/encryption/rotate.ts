import { throwIfAborted } from "../../errors/abort-signal.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import { expiryLeft } from "../expiry-left.ts";
import type { CallOptions, GhostData } from "../ghost-data.ts";
import type { Sealer } from "./sealer.ts";

/** How far a rotation is. Each key is counted once, in one of the four after `seen`. */
export interface RotationProgress {
  /** Keys that were looked at, of `total`. */
  readonly seen: number;
  /** Keys that there were when it began. */
  readonly total: number;
  readonly rotated: number;
  /** Had the first key already, or were stored anew or deleted meanwhile. */
  readonly current: number;
  /** Are not encrypted, and were left so. */
  readonly plain: number;
  /** Cannot be decrypted, and were left as they are. */
  readonly failed: number;
}

/** What a rotation did. */
export interface Rotation extends RotationProgress {
  /** The first `FAILURES_TOLD_MAX` that failed, and why. */
  readonly failures: readonly { readonly key: string; readonly code: ErrorCode; readonly message: string }[];
}

export interface RotateOptions extends CallOptions {
  /** Only the keys that match this glob; default all of the app's own. Those of all apps are `shared:*`, and rotated by whoever has the keys. */
  readonly pattern?: string;
  /** Encrypt also what is not encrypted: what was stored before encryption was enabled. Default: it is counted, and left. */
  readonly plaintext?: boolean;
  /** Told after each key. */
  readonly onProgress?: (progress: RotationProgress) => void;
}

/** As many failures are told one by one. */
const FAILURES_TOLD_MAX = 100;
/** How often one key is tried while others store it. */
const TRIES_MAX = 8;

type Fate = "rotated" | "current" | "plain" | "failed";

/** See `EncryptedGhostData.rotate`. `data` is what lies below the encryption. */
export async function rotate(data: GhostData, sealer: Sealer, options: RotateOptions = {}): Promise<Rotation> {
  const { pattern = "*", signal, onProgress } = options;
  const counts = { rotated: 0, current: 0, plain: 0, failed: 0 };
  const failures: Rotation["failures"][number][] = [];
  const total = await count(data.scan(pattern, { signal }));
  let seen = 0;
  for await (const key of data.scan(pattern, { signal })) {
    throwIfAborted(signal);
    const fate = await rotateKey(data, sealer, key, options).catch((error: unknown): Fate => {
      if (!(error instanceof GhostError) || !isAboutTheKey(error)) throw error;
      if (failures.length < FAILURES_TOLD_MAX) failures.push({ key, code: error.code, message: error.message });
      return "failed";
    });
    counts[fate]++;
    seen++;
    onProgress?.({ ...counts, seen, total: Math.max(total, seen) });
  }
  return { ...counts, seen, total: Math.max(total, seen), failures };
}

async function rotateKey(data: GhostData, sealer: Sealer, key: string, { plaintext, signal }: RotateOptions): Promise<Fate> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const found = await data.getWithVersion(key, { signal });
    const state = found ? sealer.stateOf(found.value) : "current";
    if (!found || state === "current") return "current";
    if (state === "plain" && !plaintext) return "plain";
    const text = state === "plain" ? JSON.stringify(found.value) : await sealer.open(key, found.value);
    const stored = await data.setIfVersion(key, await sealer.seal(key, text), found.version, { signal, ...expiryLeft(found) });
    if (stored !== undefined) return "rotated";
  }
  throw new GhostError("DECRYPTION_FAILED", `cannot encrypt ${key} anew: others store it all the time`);
}

/** Hashes and streams of other programs are no values of GhostData. */
function isAboutTheKey({ code }: GhostError): boolean {
  return code === "DECRYPTION_FAILED" || code === "ENCRYPTION_KEY_UNKNOWN" || code === "WRONG_TYPE";
}

async function count(keys: AsyncIterable<string>): Promise<number> {
  let total = 0;
  for await (const _ of keys) total++;
  return total;
}
