import { PYTHON_CLIENT, readPythonStamp, readStamp, type SdkVersion, STAMP_FILE } from "./sdk-stamp.ts";

/** The SDKs that one program brings. */
export interface SdkVersions {
  readonly typescript: SdkVersion;
  readonly python: SdkVersion;
}

/** The same of the package's files. Throws where one has no stamp: then the package was not built by `runtime/sdk/build-sdk.ts`. */
export function versionsOf(files: Readonly<Record<string, string>>): SdkVersions {
  const typescript = readStamp(files[STAMP_FILE] ?? "");
  const python = readPythonStamp(files[PYTHON_CLIENT] ?? "");
  if (!typescript || !python) throw new Error("the files of ghost-sdk have no stamps: npm run build makes them");
  return { typescript: versionOf(typescript), python: versionOf(python) };
}

/** The version alone of what says more. */
export function versionOf({ version, build }: SdkVersion): SdkVersion {
  return { version, build };
}
