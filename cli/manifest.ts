import type { Manifest } from "../core/config/definition.ts";
import { configurationBytes, readManifest } from "../runtime/config/read-files.ts";
import { startLean } from "../runtime/process/lean-self.ts";
import type { Context } from "./context.ts";
import { renderDiagnostic } from "./output/errors.ts";

/** Files from this size on are read by a program that was started for it: about 350 processes. */
const LONG_BYTES = 64 * 1024;

/** To be called before `loadManifest` by commands that do little else. */
export function prepareForLong({ names, directory }: Context): void {
  startLean(process.argv.slice(2), () => configurationBytes(names, directory) >= LONG_BYTES);
}

/** Reads the files that were named, or the folder's own; tells its warnings on standard error. Throws CONFIG_INVALID with all that is wrong. */
export function loadManifest(context: Context): Promise<Manifest> {
  return loadManifestFrom(context, context.names);
}

/** The same of files that stand elsewhere on the command line, for somebody with another environment perhaps, and of that what `narrow` takes. */
export async function loadManifestFrom(
  context: Context,
  files: readonly string[],
  environment: Context["environment"] = context.environment,
  narrow?: (manifest: Manifest) => Manifest,
): Promise<Manifest> {
  const { manifest, warnings } = await readManifest(files, { directory: context.directory, environment, home: context.home }, narrow);
  const paint = await context.messagePaint();
  context.say(...warnings.flatMap((warning) => renderDiagnostic(warning, context.directory, paint)));
  return manifest;
}
