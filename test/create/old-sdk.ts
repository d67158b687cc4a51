/** Copies of the SDK as another Ghost has left them in an app. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPythonStamp, STAMP_FILE, stampOf, withPythonStamp } from "../../runtime/apps/sdk-stamp.ts";
import { readSdk } from "../../runtime/sdk/build-sdk.ts";

/** Makes the TypeScript SDK of an app one of that version: another text, one file more, one less. Gives its build. */
export function makeSdkOf(version: string, app: string): string {
  const folder = join(app, "vendor/ghost-sdk");
  writeFileSync(join(folder, "index.js"), `${readFileSync(join(folder, "index.js"), "utf8")}// of ${version}\n`);
  writeFileSync(join(folder, "long-gone.js"), "export {};\n");
  rmSync(join(folder, "testing.d.ts"));
  const stamp = stampOf(version, readSdk(folder));
  writeFileSync(join(folder, STAMP_FILE), JSON.stringify(stamp));
  return stamp.build;
}

/** The same of the Python client. */
export function makePythonOf(version: string, app: string): string {
  const file = join(app, "ghost.py");
  const text = withPythonStamp(`${readFileSync(file, "utf8").replace(/# ghost\.py .*\n$/, "")}# of ${version}\n`, version);
  writeFileSync(file, text);
  return readPythonStamp(text)?.build ?? "";
}
