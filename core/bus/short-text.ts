import { decodeUtf8 } from "../data/utf8.ts";

/** Texts up to this length are read byte by byte, which is quicker than to call the decoder. */
const SHORT_BYTES = 32;

/** The text of a few bytes of UTF-8, such as a name. */
export function shortText(bytes: Uint8Array): string {
  if (bytes.length > SHORT_BYTES) return decodeUtf8(bytes);
  let text = "";
  for (const byte of bytes) {
    if (byte > 127) return decodeUtf8(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}
