/**
 * How long an app's `.ghost.yaml` may be away, or empty where it was not, before that counts, in ms. `git checkout`, `git stash`, `rsync` and editors that truncate
 * before they write leave such a gap; the longest of them are below a second, and whoever takes an app away for good does not mind three.
 */
export const FILE_PATIENCE_MS = 3_000;

/** The same in words, for messages. */
export const FILE_PATIENCE_TEXT = `${FILE_PATIENCE_MS / 1_000} s`;
