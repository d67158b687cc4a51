/**
 * The files of the package `ghost-sdk` as texts, from inside this program. In development they are read from `dist/sdk`, where `npm run build`
 * puts them; in a bundle `sdk-bundle-plugin.ts` puts the texts in the place of this module.
 */
import { fileURLToPath } from "node:url";
import { readSdk } from "../sdk/build-sdk.ts";
import { type SdkVersions, versionsOf } from "./sdk-versions.ts";

const FOLDER = fileURLToPath(new URL("../../dist/sdk", import.meta.url));

/** Path in the package (`index.js`, `types/…`) and text. Read anew at each call: they are wanted once. */
export async function sdkFiles(): Promise<Readonly<Record<string, string>>> {
  return readSdk(FOLDER);
}

/** Which SDKs this program brings; known without the files. */
export function sdkVersions(): SdkVersions {
  return versionsOf(readSdk(FOLDER));
}
