import { readFileSync } from "node:fs";

/**
 * The version of this program: that of package.json and, after a plus sign, the commit it was built from, with
 * `.modified` when the sources differed from it; `unknown` where there was no repository. Two builds are the same program
 * exactly if these texts are equal. The build puts the text in this module's place; run from its sources it says `source`.
 */
export const version: string = `${versionOfSources()}+source`;

function versionOfSources(): string {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
