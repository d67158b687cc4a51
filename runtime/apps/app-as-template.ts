/** An app that serves as a template: what of it is no part of its copy, and how that gets its own name. */
import { basename } from "node:path";
import { renameInAppFile, renameInPackage, renameInReadme, traitsOf } from "../../core/config/rename-app.ts";
import { type AppWords, hasPlaceholder, packageName } from "./placeholders.ts";
import { PYTHON_FILE, SDK_FOLDER } from "./sdk-places.ts";
import { readPythonStamp } from "./sdk-stamp.ts";
import type { SdkKind, Template, TemplateFile } from "./template.ts";

/** The file that makes a folder an app. */
export const APP_FILE = ".ghost.yaml";

/** The `.ghost.yaml` among these files; null: there is none. */
export function appTextOf(files: readonly TemplateFile[]): string | null {
  return textOf(files.find(({ path }) => path === APP_FILE));
}

/** Whether this `.ghost.yaml` (null: there is none) is an app's own, and not one that waits for a name. */
function isAppsOwn(text: string | null): text is string {
  return text !== null && !hasPlaceholder(text);
}

/** `.env`, `.env.local` and the like; not those that show what is to be in one. */
const ENV_FILE = /^\.env(?:\.(?!example$|sample$|template$|dist$).+)?$/;
/** Keys and certificates by the names that they usually have. */
const KEY_FILE = /^(?:.*\.(?:key|pem|p12|pfx)|id_(?:rsa|ecdsa|ed25519))$/;

/**
 * Tells what a path is left behind with: a file or folder that the app wrote when it ran, or in which it has its secrets; undefined: it is part of a copy. `text` is the
 * app's `.ghost.yaml`; null: there is none. Of what is no app nothing is left.
 */
export function leftBehindBy(text: string | null): (path: string) => string | undefined {
  if (!isAppsOwn(text)) return () => undefined;
  const { written, secrets } = traitsOf(text);
  const left = [...written, ...secrets];
  return (path) => left.find((each) => isIn(path, each)) ?? secretFileIn(path);
}

function secretFileIn(path: string): string | undefined {
  const parts = path.split("/");
  const at = parts.findIndex((part) => ENV_FILE.test(part) || KEY_FILE.test(part));
  return at === -1 ? undefined : parts.slice(0, at + 1).join("/");
}

/** A copy of the client library as Ghost wrote it, of whichever version: an app gets it anew. */
export function isClientLibrary({ path, bytes }: TemplateFile, kind: SdkKind): boolean {
  if (kind === "typescript") return isIn(path, SDK_FOLDER);
  return kind === "python" && path === PYTHON_FILE && readPythonStamp(Buffer.from(bytes).toString("utf8"))?.isEdited === false;
}

/** The files of a copy of the app, with its own name in `.ghost.yaml`, package.json and README; those of any other template as they are. */
export function withOwnName({ files, origin }: Template, words: AppWords): readonly TemplateFile[] {
  const text = appTextOf(files);
  if (!isAppsOwn(text)) return files;
  const old = traitsOf(text).id ?? basename(origin);
  const rename: Readonly<Record<string, (text: string) => string>> = {
    [APP_FILE]: (own) => renameInAppFile(own, words),
    "package.json": (own) => renameInPackage(own, packageName(words.name)),
    "package-lock.json": (own) => renameInPackage(own, packageName(words.name)),
    "README.md": (own) => renameInReadme(own, old, words.name),
  };
  return files.map((file) => {
    const renamed = rename[file.path]?.(textOf(file) ?? "");
    return renamed === undefined ? file : { ...file, bytes: Buffer.from(renamed, "utf8") };
  });
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function textOf(file: TemplateFile | undefined): string | null {
  return file ? Buffer.from(file.bytes).toString("utf8") : null;
}
