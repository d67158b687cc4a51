/**
 * A short command with much to do is over before the optimizing compilers of its JavaScript engine have paid off: of 200 ms that it took to read
 * 1,000 processes they used 90. They can be left out only where the program starts, so it starts once more (8 ms), in its own place.
 */
import { isBun } from "../system/native.ts";
import { isSingleFile } from "../system/self.ts";
import { canReplaceSelf, replaceSelf } from "./replace-self.ts";

/** Tells the second start that these are its own, not the caller's. */
const MARK = "GHOST_LEAN";
/** Names are those of the pinned Bun. */
const LEAN_OPTIONS: Readonly<Record<string, string>> = { BUN_JSC_useDFGJIT: "0" };

/**
 * Starts the compiled program again with the same arguments if that pays, unless it is that second start already, which gets its caller's environment
 * back. Returns where it cannot be done: then the command is only slower. To be called before anything was done.
 */
export function startLean(words: readonly string[], pays: () => boolean): void {
  const { env } = process;
  if (env[MARK] !== undefined) {
    for (const name of [MARK, ...Object.keys(LEAN_OPTIONS)]) delete env[name];
    return;
  }
  const isSet = Object.keys(LEAN_OPTIONS).some((name) => env[name] !== undefined);
  if (isSet || !isBun || !isSingleFile() || !pays() || !canReplaceSelf()) return;
  const own = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  try {
    replaceSelf([process.execPath, ...words], { ...Object.fromEntries(own), ...LEAN_OPTIONS, [MARK]: "1" });
  } catch {
    // The file of this program is gone, or the arguments are too long for once more.
  }
}
