/** What of an environment the process of a namespace gets: where its home is and how its user writes time; nothing that steers a JavaScript runtime. */
const KEPT = /^(HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR|PATH|GHOST_(HOME|NO_FFI|PROCESS))$/;

/** The environment of `ghost hub-sql`. */
export function sqlEnvironment(own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined && KEPT.test(entry[0])),
  );
}
