import type { RotationProgress } from "../../core/data/encryption/rotate.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { count } from "../output/quantities.ts";
import { writeFully } from "../output/stream.ts";
import { namespaceOption, withData } from "./open.ts";

/** The line of progress is rewritten no more often than this, in milliseconds. */
const REDRAW_MS = 100;

/** `data rotate-key [GLOB]`: encrypts values anew with the first key. Exits with 1 where some could not be decrypted. */
export async function rotateKey(context: Context, [pattern = "*", extra]: readonly string[]): Promise<number> {
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`);
  const isShown = context.messages.isTerminal && !context.json && !context.quiet;
  const rotation = await withData(context, "rotate the key", "reads", ({ encrypted }) => {
    if (encrypted === null) throw notEncrypted();
    const onProgress = isShown ? progressLine() : undefined;
    return encrypted.rotate({ pattern, plaintext: context.flag("plaintext"), signal: context.interruption, onProgress });
  });
  if (isShown) writeFully(2, "\r\u001b[K");
  if (context.json) context.printJson({ namespace: namespaceOption(context), ...rotation });
  else {
    context.say(summary(rotation));
    for (const { key, message } of rotation.failures) context.warn(`${key}: ${message}`);
  }
  return rotation.failed > 0 ? 1 : 0;
}

function progressLine(): (progress: RotationProgress) => void {
  let drawnAt = 0;
  return ({ seen, total }) => {
    const now = Date.now();
    if (now - drawnAt < REDRAW_MS) return;
    drawnAt = now;
    writeFully(2, `\r\u001b[Krotating ${seen}/${total}`);
  };
}

function summary({ seen, rotated, current, plain, failed }: RotationProgress): string {
  const parts = [`${count(rotated, "value")} of ${seen} encrypted anew`, `${current} had the first key`];
  if (plain > 0) parts.push(`${plain} not encrypted and left so (--plaintext encrypts them)`);
  if (failed > 0) parts.push(`${failed} cannot be decrypted`);
  return parts.join(", ");
}

function notEncrypted(): GhostError {
  return new GhostError("USAGE", "cannot rotate the key: nothing is encrypted in this home", {
    hint: "encryption: { enabled: true, key_file: … } in the home's .ghost.yaml encrypts; the new key is the file's first line, the old one below it",
  });
}
