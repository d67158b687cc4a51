import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { lookAt, shownPath } from "../system/look-at.ts";
import { readRegularFile } from "../system/regular-file.ts";
import { readTar, type TarFile } from "./read-tar.ts";
import { tooLarge } from "./read-template-folder.ts";
import { LEFT_OUT, TEMPLATE_BYTES_MAX, TEMPLATE_FILES_MAX, type Template, type TemplateFile } from "./template.ts";
import { templateOf } from "./template-account.ts";

/**
 * Reads a `.tar`, `.tar.gz` or `.tgz` as a template; a folder that holds all the rest, as most archives have one, is taken off.
 * Paths that lead out of the archive, links and devices are refused, as is more than a template may have. Throws NOT_FOUND,
 * FAILED, UNSUPPORTED, LIMIT_EXCEEDED or CONFIG_INVALID.
 */
export function readTemplateArchive(path: string): Template {
  const leftOut = new Set<string>();
  const files = readFiles(path, leftOut);
  const common = commonFolder(files);
  const below = (each: string): string => (each.startsWith(common) ? each.slice(common.length) : each);
  const name = basename(path).replace(/\.(tar\.gz|tgz|tar)$/, "");
  const own = files.map((file) => ({ ...file, path: below(file.path) }));
  return templateOf(name, path, own, [...leftOut].map(below));
}

function readFiles(path: string, leftOut: Set<string>): TemplateFile[] {
  const files = new Map<string, TemplateFile>();
  try {
    for (const entry of readTar(unpacked(path))) {
      const file = asFile(path, entry, leftOut);
      // As tar does: a later entry of the same path is the newer one.
      if (file) files.set(file.path, file);
      if (files.size > TEMPLATE_FILES_MAX) throw tooLarge(path, `more than ${TEMPLATE_FILES_MAX} files`);
    }
  } catch (error) {
    if (error instanceof GhostError) throw error;
    throw new GhostError("FAILED", `cannot read the template ${path}: ${(error as Error).message}`, { cause: error });
  }
  return [...files.values()];
}

/** Padding and headers come on top of the files: for each of them at most three blocks. */
const UNPACKED_BYTES_MAX = TEMPLATE_BYTES_MAX + TEMPLATE_FILES_MAX * 3 * 512;

function unpacked(path: string): Buffer {
  const bytes = packed(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(path, `more than ${TEMPLATE_BYTES_MAX / 1024 / 1024} MiB`);
    throw error;
  }
}

function packed(path: string): Buffer {
  const { why } = lookAt(path);
  if (why)
    throw new GhostError(
      why.kind === "denied" ? "PERMISSION_DENIED" : "NOT_FOUND",
      `cannot use the template ${shownPath(path)}: ${why.text}`,
      {
        hint: "ghost create --list names the templates",
      },
    );
  const file = readRegularFile(path, UNPACKED_BYTES_MAX);
  if (file.kind === "read") return file.bytes;
  throw file.kind === "large" ? tooLarge(path, `more than ${TEMPLATE_BYTES_MAX / 1024 / 1024} MiB`) : notRegular(path);
}

function notRegular(path: string): GhostError {
  return new GhostError("UNSUPPORTED", `cannot use the template ${path}: it is not a regular file`, { hint: "write it to a file first" });
}

function asFile(archive: string, { path, kind, mode, data }: TarFile, leftOut: Set<string>): TemplateFile | null {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || parts.includes("..") || path.includes("\\") || path.includes("\0"))
    throw refused(archive, `${JSON.stringify(path)} leads out of it`);
  const left = parts.findIndex((part) => LEFT_OUT.has(part));
  if (left !== -1) leftOut.add(parts.slice(0, left + 1).join("/"));
  if (kind === "folder" || left !== -1) return null;
  if (kind === "other") throw refused(archive, `${path} is a link or a device`);
  return { path: parts.join("/"), bytes: data, executable: (mode & 0o100) !== 0 };
}

/** The folder that holds all files, with its `/`; empty: there is none. */
function commonFolder(files: readonly TemplateFile[]): string {
  const [first] = files;
  const folder = first?.path.slice(0, first.path.indexOf("/") + 1) ?? "";
  return files.every(({ path }) => path.startsWith(folder)) ? folder : "";
}

function refused(archive: string, why: string): GhostError {
  return new GhostError("UNSUPPORTED", `cannot use the template ${archive}: ${why}`, {
    hint: "a template has files and folders only, all below its own folder",
  });
}
