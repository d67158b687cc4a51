/**
 * Where Ghost's own templates are read from. This is what runs from the sources; in a bundle, `bundle-plugin.ts` puts
 * another module in its place.
 */
import { fileURLToPath } from "node:url";

/** All built-in templates as one JSON text, see `pack.ts`. */
export async function loadBuiltIn(): Promise<string> {
  const { packBuiltIn } = await import("./pack.ts");
  return packBuiltIn(fileURLToPath(new URL("../../templates/apps", import.meta.url)));
}
