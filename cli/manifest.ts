import type { Manifest } from "../core/config/definition.ts";
import { readManifest } from "../runtime/config/read-files.ts";
import type { Context } from "./context.ts";
import { renderDiagnostic } from "./output/errors.ts";

/** Reads the files that were named, or the folder's own; tells its warnings on standard error. Throws CONFIG_INVALID with all that is wrong. */
export function loadManifest(context: Context): Promise<Manifest> {
  return loadManifestFrom(context, context.names);
}

/** The same of files that stand elsewhere on the command line, for somebody with another environment perhaps. */
export async function loadManifestFrom(
  context: Context,
  files: readonly string[],
  environment: Context["environment"] = context.environment,
): Promise<Manifest> {
  const { manifest, warnings } = await readManifest(files, { directory: context.directory, environment });
  const paint = await context.messagePaint();
  context.say(...warnings.flatMap((warning) => renderDiagnostic(warning, context.directory, paint)));
  return manifest;
}
