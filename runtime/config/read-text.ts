import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { FILE_BYTES_MAX, type SourceText } from "../../core/config/source-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { fileProblem } from "../system/look-at.ts";

/**
 * Reads a configuration file. Throws CONFIG_NOT_FOUND or CONFIG_INVALID (no permission, a directory, no regular file, larger than 1 MiB, not UTF-8, or
 * refused by the system): what is wrong with a configuration has one exit code, 2.
 * Size and kind are looked at before anything is read: a FIFO would block, and 5 GB would fill the memory.
 */
export function readConfigurationText(path: string): SourceText {
  let fd: number | undefined;
  try {
    // Else the open itself would wait for somebody who writes into a FIFO.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    refuseUnreadable(path, fd);
    return { path, text: decode(path, readFileSync(fd)) };
  } catch (error) {
    throw explain(path, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function refuseUnreadable(path: string, fd: number): void {
  const stat = fstatSync(fd);
  if (stat.isDirectory()) throw invalid(path, "it is a directory", `name the file inside it, e.g. ${path}/processes.yaml`);
  if (!stat.isFile()) throw invalid(path, "it is not a regular file", "write it to a file first");
  if (stat.size > FILE_BYTES_MAX) {
    const megabytes = (stat.size / 1024 / 1024).toFixed(1);
    throw invalid(
      path,
      `it is too large (${megabytes} MiB, at most ${FILE_BYTES_MAX / 1024 / 1024})`,
      "is it the right file? Several smaller files can be given and merge in order",
    );
  }
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
