/** Keys that begin so belong to all apps. */
export const SHARED_PREFIX = "shared:";

/** Whether a key belongs to all apps. */
export function isShared(key: string): boolean {
  return key.startsWith(SHARED_PREFIX);
}
