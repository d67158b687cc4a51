import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readTemplateFolder } from "./read-template-folder.ts";
import { BUILT_IN, type Template, type TemplateAccount, type TemplateFile } from "./template.ts";

/** A template as it lies in the program: texts only. */
interface Packed extends TemplateAccount {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string; readonly executable: boolean }[];
}

/** Every folder of `folder` as one JSON text. Throws when a file of them is no text. */
export function packBuiltIn(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && hasFiles(join(folder, entry.name)));
  const names = entries.map(({ name }) => name).sort();
  return JSON.stringify(names.map((name) => packed(readTemplateFolder(join(folder, name), name))));
}

/** The templates of such a text. */
export function unpackBuiltIn(text: string): Template[] {
  return (JSON.parse(text) as Packed[]).map((template) => ({
    ...template,
    origin: BUILT_IN,
    files: template.files.map(({ path, text, executable }) => ({ path, bytes: Buffer.from(text, "utf8"), executable })),
  }));
}

/** A place that waits for its template is none yet. */
function hasFiles(folder: string): boolean {
  return existsSync(join(folder, ".ghost.yaml"));
}

function packed({ name, about, sdk, files }: Template): Packed {
  return { name, about, sdk, files: files.map(packedFile) };
}

function packedFile({ path, bytes, executable }: TemplateFile): Packed["files"][number] {
  return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), executable };
}
