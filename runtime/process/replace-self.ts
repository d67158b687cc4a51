/**
 * execve(2): another program takes the place of this one, with its pid. So a daemon in the foreground is renewed without its
 * service manager (or the container, whose first process it is) noticing, and its children stay its children.
 */
import { accessSync, constants } from "node:fs";
import { openLibc } from "../system/native.ts";

/**
 * True where this process can become another program. Node has an execve of its own since 22.15, but nothing that waits for
 * children which the program before it started: they would stay as zombies, and every stop would run into its timeout.
 */
export function canReplaceSelf(): boolean {
  return openExecLibc() !== null;
}

/** Throws the system's error when the program at this path may not be run: to be asked before everything is given up for it. */
export function checkReplacement([file = ""]: readonly string[]): void {
  accessSync(file, constants.X_OK);
}

/**
 * A copy of a descriptor that the next program inherits; null where that cannot be done. The caller's own stays as it is:
 * all that a JavaScript runtime opens is closed by execve.
 */
export function inheritableCopy(fd: number): number | null {
  const copy = openExecLibc()?.call.dup(fd) ?? -1;
  return copy < 0 ? null : copy;
}

/** Becomes `command`, a program by its absolute path and its arguments. Returns only by throwing. */
export function replaceSelf(command: readonly string[], environment: Readonly<Record<string, string>>): never {
  const libc = openExecLibc();
  if (!libc) throw new Error("this runtime cannot become another program");
  const [file = ""] = command;
  const path = Buffer.from(`${file}\0`);
  const args = textVector(libc, command);
  const variables = textVector(
    libc,
    Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  );
  libc.call.execve(libc.pointer(path), libc.pointer(args.pointers), libc.pointer(variables.pointers));
  const errno = libc.errno();
  // Naming them here keeps the texts reachable during the call.
  const sizes = `${path.length} bytes of path, ${args.texts.length} arguments, ${variables.texts.length} variables`;
  throw new Error(`execve of ${file} failed with error number ${errno} (${sizes})`);
}

function openExecLibc() {
  return openLibc({ execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" }, dup: { args: ["i32"], returns: "i32" } });
}

/** A `char *const []`: pointers to NUL-terminated texts, and a null pointer. The texts must stay reachable as long as it is used. */
function textVector(
  libc: NonNullable<ReturnType<typeof openExecLibc>>,
  words: readonly string[],
): { texts: Buffer[]; pointers: BigUint64Array } {
  const texts = words.map((word) => Buffer.from(`${word}\0`));
  const pointers = new BigUint64Array(texts.length + 1);
  texts.forEach((text, index) => {
    pointers[index] = BigInt(libc.pointer(text));
  });
  return { texts, pointers };
}
