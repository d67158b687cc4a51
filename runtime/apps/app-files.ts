import { GhostError } from "../../core/errors/ghost-error.ts";
import { withOwnName } from "./app-as-template.ts";
import { type AppWords, fillBytes, fillPath } from "./placeholders.ts";
import { sdkFiles } from "./sdk-files.ts";
import { PYTHON_FILE, SDK_FOLDER, SDK_LINK } from "./sdk-places.ts";
import { PYTHON_CLIENT } from "./sdk-stamp.ts";
import type { SdkKind, Template, TemplateFile } from "./template.ts";

/** One thing to write; a link where `linkTo` says so. */
export interface AppFile extends TemplateFile {
  /** What the link holds, relative to its own folder. */
  readonly linkTo?: string;
}

/** All that an app of this template begins with: its files with their placeholders filled, or with the app's name in the place of another's, and the client library. */
export async function appFiles(template: Template, words: AppWords): Promise<AppFile[]> {
  const own = withOwnName(template, words).map((file) => ({
    ...file,
    path: fillPath(file.path, words),
    bytes: fillBytes(file.bytes, words),
  }));
  const sdk = (await sdkFilesOf(template.sdk)).filter(({ path }) => own.every((file) => file.path !== path));
  const files = [...own, ...sdk];
  refuseTwice(template, files);
  return files;
}

async function sdkFilesOf(kind: SdkKind): Promise<AppFile[]> {
  if (kind === "none") return [];
  const { [PYTHON_CLIENT]: client = "", ...files } = await sdkFiles();
  if (kind === "python") return [asFile(PYTHON_FILE, client)];
  const own = Object.entries(files).map(([path, text]) => asFile(`${SDK_FOLDER}/${path}`, text));
  return [...own, { ...asFile(SDK_LINK, ""), linkTo: `../${SDK_FOLDER}` }];
}

function asFile(path: string, text: string): AppFile {
  return { path, bytes: Buffer.from(text, "utf8"), executable: false };
}

/** Two files of a template can become one by their placeholders. */
function refuseTwice({ origin }: Template, files: readonly AppFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (seen.has(path)) throw new GhostError("CONFIG_INVALID", `cannot use the template ${origin}: it has ${path} twice`);
    seen.add(path);
  }
}
