/** Base64 (RFC 4648) without help of a runtime: neither Node 20 nor ES2023 has a common one. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;
// The alphabet of URLs is read as well.
VALUES["-".charCodeAt(0)] = 62;
VALUES["_".charCodeAt(0)] = 63;

/** Bytes as base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at] as number, bytes[at + 1], bytes[at + 2]];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += sextet(bits, 18) + sextet(bits, 12) + (b === undefined ? "=" : sextet(bits, 6)) + (c === undefined ? "=" : sextet(bits, 0));
  }
  return text;
}

/** Bytes in the alphabet of URLs and file names, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function sextet(bits: number, shift: number): string {
  return ALPHABET[(bits >> shift) & 63] as string;
}

/** The bytes of a text in either alphabet, with or without padding; null of what is no base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const digits = text.replace(/={1,2}$/, "");
  if (digits.length % 4 === 1 || (digits !== text && text.length % 4 !== 0)) return null;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (let index = 0; index < digits.length; index++) {
    const value = VALUES[digits.charCodeAt(index)] ?? 255;
    if (value === 255) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    if (index % 4 > 0) bytes[at++] = bits >> ([0, 4, 2, 0][index % 4] as number);
  }
  return bytes;
}
