import type { Manifest } from "../core/config/definition.ts";
import { readManifest } from "../runtime/config/read-files.ts";
import type { Context } from "./context.ts";
import { renderDiagnostic } from "./output/errors.ts";

/** Reads the files that were named, or the folder's own; tells its warnings on standard error. Throws CONFIG_INVALID with all that is wrong. */
export async function loadManifest(context: Context): Promise<Manifest> {
  const { manifest, warnings } = await readManifest(context.names, { directory: context.directory, environment: context.environment });
  const paint = await context.messagePaint();
  context.say(...warnings.flatMap((warning) => renderDiagnostic(warning, context.directory, paint)));
  return manifest;
}
