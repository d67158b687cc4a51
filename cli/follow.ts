import { setTimeout as delay } from "node:timers/promises";
import { GhostError } from "../core/errors/ghost-error.ts";
import { watchFile } from "../runtime/watch/watch-file.ts";
import type { Context } from "./context.ts";
import { renderError } from "./output/errors.ts";
import { writeFully } from "./output/stream.ts";

/** The longest that a timer can wait, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls `apply` once, and again after each change of one of the files, until ^C; one call at a time and never for an older state
 * after a newer one. What the first call throws ends it; what a later one throws and was to be expected (a file that cannot be
 * used) is shown, and the following goes on. Gives 130.
 */
export async function followFiles(context: Context, files: readonly string[], apply: () => Promise<unknown>): Promise<number> {
  const { interruption } = context;
  // Watched before the first reading, so that no change falls between the two.
  let work: Promise<unknown> = new Promise((resolve) => setImmediate(resolve)).then(apply);
  let waiting = false;
  const changed = (): void => {
    if (waiting) return;
    waiting = true;
    work = work.then(() => {
      waiting = false;
      return interruption.aborted ? undefined : applyOrTell(context, apply);
    });
  };
  const watchings = files.map((file) => watchFile(file, changed, () => undefined));
  try {
    await work;
    if (!interruption.aborted) context.say(`following ${files.join(", ")}; ^C ends`);
    while (!interruption.aborted) await delay(LONGEST_MS, undefined, { signal: interruption }).catch(() => undefined);
    await work;
    return 130;
  } finally {
    for (const watching of watchings) watching.stop();
  }
}

async function applyOrTell(context: Context, apply: () => Promise<unknown>): Promise<void> {
  try {
    await apply();
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    if (error.code === "INTERRUPTED") return;
    if (context.json) context.printJson({ error: error.body() });
    else {
      const { isTerminal } = context.messages;
      writeFully(2, `${renderError(error.body(), context.directory, await context.messagePaint(), isTerminal).join("\n")}\n`);
    }
  }
}
