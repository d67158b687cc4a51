import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readFilesOf, readTemplateFolder } from "./read-template-folder.ts";
import { BUILT_IN, type Template, type TemplateAccount, type TemplateFile } from "./template.ts";

/** A template as it lies in the program: texts only. */
interface Packed extends TemplateAccount {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string; readonly executable: boolean }[];
}

/** The folder beside the built-in templates whose files all of them in TypeScript have. */
const SHARED = "shared";

/** Every folder of `folder` as one JSON text, with what they share in each. Throws when a file of them is no text. */
export function packBuiltIn(folder: string): string {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && hasFiles(join(folder, entry.name)));
  const names = entries.map(({ name }) => name).sort();
  const { files: shared } = readFilesOf(join(folder, SHARED));
  return JSON.stringify(names.map((name) => packed(withShared(readTemplateFolder(join(folder, name), name), shared))));
}

/** The templates of such a text. */
export function unpackBuiltIn(text: string): Template[] {
  return (JSON.parse(text) as Packed[]).map((template) => ({
    ...template,
    origin: BUILT_IN,
    leftOut: [],
    files: template.files.map(({ path, text, executable }) => ({ path, bytes: Buffer.from(text, "utf8"), executable })),
  }));
}

/** A place that waits for its template is none yet. */
function hasFiles(folder: string): boolean {
  return existsSync(join(folder, ".ghost.yaml"));
}

/** What a template has besides under the name of a shared file stands behind it. */
function withShared(template: Template, shared: readonly TemplateFile[]): Template {
  if (template.sdk !== "typescript") return template;
  const own = new Map(template.files.map((file) => [file.path, file]));
  for (const file of shared) own.set(file.path, joined(file, own.get(file.path)));
  return { ...template, files: [...own.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

function joined(file: TemplateFile, more: TemplateFile | undefined): TemplateFile {
  return more ? { ...file, bytes: Buffer.concat([file.bytes, Buffer.from("\n"), more.bytes]) } : file;
}

function packed({ name, about, sdk, files }: Template): Packed {
  return { name, about, sdk, files: files.map(packedFile) };
}

function packedFile({ path, bytes, executable }: TemplateFile): Packed["files"][number] {
  return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), executable };
}
