import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readRegularFile } from "../system/regular-file.ts";
import { leftBehindBy } from "./app-as-template.ts";
import { LEFT_OUT, TEMPLATE_BYTES_MAX, TEMPLATE_FILES_MAX, type Template, type TemplateFile } from "./template.ts";
import { templateOf } from "./template-account.ts";

/**
 * Reads a folder as a template. Links and what is neither file nor folder are refused, as are more than `TEMPLATE_FILES_MAX`
 * files or `TEMPLATE_BYTES_MAX` bytes; `LEFT_OUT` is left out. Throws UNSUPPORTED, LIMIT_EXCEEDED, CONFIG_INVALID or FAILED.
 */
export function readTemplateFolder(folder: string, name = basename(folder)): Template {
  const { files, leftOut } = readFilesOf(folder);
  return templateOf(name, folder, files, leftOut);
}

/** All files of a folder, whether they make an app or not, and what of it is left out; bounds and refusals are those of a template. Throws as it does. */
export function readFilesOf(folder: string): Pick<Template, "files" | "leftOut"> {
  const files: TemplateFile[] = [];
  const sum: Sum = { bytes: 0, isLeftOut: leftOutOf(folder), leftOut: [] };
  try {
    collect(folder, "", files, sum);
  } catch (error) {
    if (error instanceof GhostError) throw error;
    throw new GhostError("FAILED", `cannot read the template ${folder}: ${(error as Error).message}`, { cause: error });
  }
  return { files, leftOut: sum.leftOut };
}

interface Sum {
  bytes: number;
  readonly isLeftOut: (path: string) => boolean;
  readonly leftOut: string[];
}

function collect(folder: string, below: string, files: TemplateFile[], sum: Sum): void {
  const entries = readdirSync(join(folder, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (LEFT_OUT.has(entry.name) || sum.isLeftOut(path)) sum.leftOut.push(path);
    else if (entry.isDirectory()) collect(folder, path, files, sum);
    else if (entry.isFile()) files.push(readOne(folder, path, sum));
    else throw neither(folder, path);
    if (files.length > TEMPLATE_FILES_MAX) throw tooLarge(folder, `more than ${TEMPLATE_FILES_MAX} files`);
  }
}

function readOne(folder: string, path: string, sum: Sum): TemplateFile {
  const file = readRegularFile(join(folder, path), TEMPLATE_BYTES_MAX - sum.bytes);
  if (file.kind === "large") throw tooLarge(folder, `more than ${TEMPLATE_BYTES_MAX / 1024 / 1024} MiB`);
  if (file.kind !== "read") throw neither(folder, path);
  sum.bytes += file.bytes.length;
  return { path, bytes: file.bytes, executable: (file.stats.mode & 0o100) !== 0 };
}

function neither(folder: string, path: string): GhostError {
  return new GhostError("UNSUPPORTED", `cannot use the template ${folder}: ${path} is neither a file nor a folder`, { hint: noLinks });
}

/** What an app wrote may be more than a template may have, and be linked; its secrets are nobody else's: neither is even looked at. */
function leftOutOf(folder: string): (path: string) => boolean {
  const appFile = join(folder, ".ghost.yaml");
  const file = existsSync(appFile) ? readRegularFile(appFile, TEMPLATE_BYTES_MAX) : null;
  const leftBehind = leftBehindBy(file?.kind === "read" ? Buffer.from(file.bytes).toString("utf8") : null);
  return (path) => leftBehind(path) !== undefined;
}

const noLinks = "a template has files and folders only; put a copy in the place of a link";

/** The refusal of a template that is larger than a template for one app is. */
export function tooLarge(origin: string, what: string): GhostError {
  return new GhostError("LIMIT_EXCEEDED", `cannot use the template ${origin}: it has ${what}`, {
    hint: "a template holds what an app begins with: leave out data, builds and installed packages",
  });
}
