import { FILE_BYTES_MAX, type SourceText } from "../../core/config/source-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { fileProblem } from "../system/look-at.ts";
import { type RegularFile, readRegularFile } from "../system/regular-file.ts";
import { hintForApp, isAppFolder } from "./app-folder.ts";

/**
 * Reads a configuration file. Throws CONFIG_NOT_FOUND or CONFIG_INVALID (no permission, a directory, no regular file, larger than 1 MiB, not UTF-8, or
 * refused by the system): what is wrong with a configuration has one exit code, 2.
 */
export function readConfigurationText(path: string): SourceText {
  try {
    const file = readRegularFile(path, FILE_BYTES_MAX);
    if (file.kind !== "read") throw unfit(path, file);
    return { path, text: decode(path, file.bytes) };
  } catch (error) {
    throw explain(path, error);
  }
}

function unfit(path: string, file: Exclude<RegularFile, { kind: "read" }>): GhostError {
  if (file.kind === "large") return tooLarge(path, file.atLeastBytes);
  if (file.kind === "special") return invalid(path, "it is not a regular file", "write it to a file first");
  if (isAppFolder(path)) return invalid(path, "it is an app's folder", hintForApp(path));
  const inside = `name the file inside it, e.g. ${path}/processes.yaml`;
  return invalid(path, "it is a directory", path.endsWith("/.ghost.yaml") ? "it must be a file: put the directory away" : inside);
}

function tooLarge(path: string, bytes: number): GhostError {
  const why = `it is too large (${(bytes / 1024 / 1024).toFixed(1)} MiB, at most ${FILE_BYTES_MAX / 1024 / 1024})`;
  return invalid(path, why, "is it the right file? Several smaller files can be given and merge in order");
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(path, "it is not UTF-8 text", "save it as UTF-8");
  }
}

function invalid(path: string, why: string, hint: string): GhostError {
  return new GhostError("CONFIG_INVALID", `cannot read ${path}: ${why}`, { hint });
}

function explain(path: string, error: unknown): GhostError {
  if (error instanceof GhostError) return error;
  const { kind, text } = fileProblem(error);
  if (kind === "missing")
    return new GhostError("CONFIG_NOT_FOUND", `cannot read ${path}: ${text}`, {
      hint: "check the path; it is taken from the folder you are in",
    });
  if (kind === "denied") return invalid(path, "you have no permission", `chmod u+r ${path}, or run as its owner`);
  return new GhostError("CONFIG_INVALID", `cannot read ${path}: ${text}`, { hint: "is it the right file? ls -l shows it", cause: error });
}
