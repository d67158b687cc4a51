import { compileGlob } from "../bus/glob.ts";
import { byteString } from "./byte-string.ts";

/** Keys that begin so belong to all apps. */
export const SHARED_PREFIX = "shared:";

/** Whether a key belongs to all apps. */
export function isShared(key: string): boolean {
  return key.startsWith(SHARED_PREFIX);
}

/** Whether a key matches a Redis glob. */
export function globMatcher(pattern: string): (key: string) => boolean {
  const glob = compileGlob(byteString(pattern));
  return (key) => glob.matches(byteString(key));
}

/** Whether a scan for a glob gives a key: shared ones come when the glob begins as they do, and only then. */
export function scanMatcher(pattern: string): (key: string) => boolean {
  const [matches, sharedOnes] = [globMatcher(pattern), isShared(pattern)];
  return (key) => isShared(key) === sharedOnes && matches(key);
}
