import { encodeUtf8 } from "./utf8.ts";

const BEYOND_ASCII = /[\u0080-\uffff]/;
/** As many bytes as one call takes arguments safely. */
const CHUNK = 8192;

/** A text as globs take it: a character for each byte of its UTF-8. */
export function byteString(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  const bytes = encodeUtf8(text);
  let result = "";
  for (let at = 0; at < bytes.length; at += CHUNK) result += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return result;
}
