import { type Document, isScalar, parseDocument, type Scalar } from "yaml";

/** What a copy of an app is called, and does; an empty description leaves the one that is there. */
export interface NewWords {
  readonly name: string;
  readonly description: string;
}

/** What a `.ghost.yaml` says of itself that a copy of the app does not share. */
export interface AppTraits {
  /** Null: its folder's name is its id. */
  readonly id: string | null;
  /** Where the app itself writes, relative to its folder. */
  readonly written: readonly string[];
  /** Files of secrets in its folder that it names: `env_file`, `key_file`, `from_file`. */
  readonly secrets: readonly string[];
}

/** Reads a `.ghost.yaml` as far as it goes: one that is no YAML has no traits. */
export function traitsOf(text: string): AppTraits {
  const document = parse(text);
  const written = ["logsPath", "dataPath"].flatMap((key) => textAt(document, ["core", key])?.value ?? []);
  const id = textAt(document, ["app", "id"])?.value ?? null;
  return { id, written: [...new Set(["logs", "data", ...inside(written)])], secrets: inside(secretFiles(plainOf(document))) };
}

function plainOf(document: Document.Parsed | null): unknown {
  try {
    return document?.toJS();
  } catch {
    return null; // Aliases without an end, or to nothing.
  }
}

/** What lies in the app's folder, as paths below it. */
function inside(paths: readonly string[]): string[] {
  return paths.map((path) => path.replace(/^\.\//, "").replace(/\/+$/, "")).filter((path) => !/^(\/|~|\.\.|$)/.test(path));
}

/** Texts under these keys, at whatever depth. */
function secretFiles(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    SECRET_KEYS.has(key) ? [each].flat().filter((path) => typeof path === "string") : secretFiles(each),
  );
}

const SECRET_KEYS: ReadonlySet<string> = new Set(["env_file", "key_file", "from_file"]);

/** The file with another id, name and description where it has any; comments and all else stay as they are. */
export function renameInAppFile(text: string, { name, description }: NewWords): string {
  const document = parse(text);
  const changes = [
    [textAt(document, ["app", "id"]), name],
    [textAt(document, ["app", "name"]), name],
    [description === "" ? null : textAt(document, ["app", "description"]), description],
  ] as const;
  const edits = changes.flatMap(([scalar, word]) => (scalar ? [{ start: scalar.range[0], end: scalar.range[1], word }] : []));
  // From the end on, so that what is before an edit keeps its place.
  return edits.sort((a, b) => b.start - a.start).reduce((all, { start, end, word }) => splice(all, start, end, JSON.stringify(word)), text);
}

/** A package.json or a lock file of npm: its own name, which a lock file has twice. */
export function renameInPackage(text: string, packageName: string): string {
  const old = nameIn(text);
  if (old === null) return text;
  const own = new RegExp(`("name"\\s*:\\s*)${literally(JSON.stringify(old))}`, "g");
  return text.replace(own, (_, key: string) => key + JSON.stringify(packageName));
}

/** A README: its title, and the app in commands of ghost. Any other word may mean something else. */
export function renameInReadme(text: string, old: string, name: string): string {
  const word = literally(old);
  const title = new RegExp(`^(#+ )${word}[ \\t]*$`, "gm");
  const command = new RegExp(`(\\bghost (?:[a-z]+ ){1,2})${word}(?![\\w-])`, "g");
  return text.replace(title, (_, mark: string) => mark + name).replace(command, (_, words: string) => words + name);
}

type Text = Scalar<string> & { readonly range: [number, number, number] };

function parse(text: string): Document.Parsed | null {
  try {
    return parseDocument(text, { logLevel: "silent", uniqueKeys: false });
  } catch {
    return null; // Nested too deeply: what reads it as an app's file will say so.
  }
}

function textAt(document: Document.Parsed | null, path: readonly string[]): Text | null {
  const node: unknown = document?.getIn(path, true);
  return isScalar(node) && typeof node.value === "string" && node.range && node.anchor === undefined ? (node as Text) : null;
}

function nameIn(text: string): string | null {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

function splice(text: string, start: number, end: number, word: string): string {
  return text.slice(0, start) + word + text.slice(end);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
