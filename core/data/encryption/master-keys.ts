import { GhostError } from "../../errors/ghost-error.ts";
import { decodeBase64 } from "../base64.ts";

/** Length of a master key, in bytes. */
export const MASTER_KEY_BYTES = 32;
/** More are not needed: a key that nothing is encrypted with any more can go. */
const MASTER_KEYS_MAX = 16;
const HEX = /^[0-9a-f]{64}$/i;

/**
 * The master keys of a text: one a line (or separated by commas or blanks, as in a variable), each 32 bytes as base64 or as 64 hexadecimal digits; lines
 * that begin with # are left out. The first encrypts, the others only decrypt what was encrypted before. Throws ENCRYPTION_KEY_INVALID, which tells the place and never
 * the key. `source` is where the text is from.
 */
export function parseMasterKeys(text: string, source: string): Uint8Array<ArrayBuffer>[] {
  const words = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => line.split(/[\s,]+/))
    .filter((word) => word !== "");
  if (words.length === 0) throw invalid(source, "it holds no key");
  if (words.length > MASTER_KEYS_MAX)
    throw invalid(source, `it holds more than ${MASTER_KEYS_MAX} keys`, "run `rotate`, and remove the old ones");
  return words.map((word, index) => {
    const key = HEX.test(word) ? fromHex(word) : decodeBase64(word);
    if (key?.length === MASTER_KEY_BYTES) return key;
    throw invalid(
      source,
      `key ${index + 1} is ${key ? `${key.length} bytes long` : "not base64"} instead of ${MASTER_KEY_BYTES} bytes as base64`,
    );
  });
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: MASTER_KEY_BYTES }, (_, index) => Number.parseInt(text.slice(index * 2, index * 2 + 2), 16));
}

function invalid(source: string, why: string, hint = "make one with: openssl rand -base64 32"): GhostError {
  return new GhostError("ENCRYPTION_KEY_INVALID", `cannot use ${source} for encryption: ${why}`, { hint });
}
