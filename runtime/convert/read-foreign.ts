import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnvFile } from "../../core/config/env-file.ts";
import type { Variables } from "../../core/config/interpolate.ts";
import { type Conversion, convert } from "../../core/convert/convert.ts";
import { IMPORT_KINDS, type ImportKind, recognise } from "../../core/convert/recognise.ts";
import type { ForeignFile, Surroundings } from "../../core/convert/source.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readConfigurationText } from "../config/read-text.ts";
import { exportsOf } from "../process/run-node.ts";
import { lookAt } from "../system/look-at.ts";
import { withBelongingFiles } from "./belonging-files.ts";

/** What is imported, from where, and where it will lie. */
export interface ImportRequest {
  /** Relative to `directory`. */
  readonly paths: readonly string[];
  /** Null: it is recognised by name and content. */
  readonly kind: ImportKind | null;
  /** Absolute path of the file that will be written. */
  readonly out: string;
  /** Name of PM2's environment (`production` for `env_production`) that is laid over `env`; null: none. */
  readonly pm2Environment: string | null;
  /** Absolute. */
  readonly directory: string;
  readonly environment: Variables;
}

/** A conversion, and whose files they were. */
export interface Import extends Conversion {
  readonly kind: ImportKind;
}

/** Reads files of another tool (a JavaScript one by running it) and converts them. Writes nothing. */
export async function importFiles(request: ImportRequest): Promise<Import> {
  const named = request.paths.map((path) => readConfigurationText(resolve(request.directory, path)));
  const kind = request.kind ?? kindOf(named);
  const files = withBelongingFiles(kind, named);
  const read = kind === "pm2" ? await Promise.all(files.map((file) => runScript(file, request))) : files;
  return { ...convert(kind, read, request.out, request.pm2Environment, surroundingsOf(request, read)), kind };
}

function kindOf(files: readonly ForeignFile[]): ImportKind {
  const kinds = [...new Set(files.map(recognise))];
  const [kind] = kinds;
  if (kinds.length === 1 && kind) return kind;
  const names = files.map(({ path }) => path).join(", ");
  throw new GhostError("USAGE", `cannot tell whose file ${names} is${kinds.length > 1 ? ": they are of several kinds" : ""}`, {
    hint: `--from says it: ${IMPORT_KINDS.join(", ")}`,
  });
}

async function runScript(file: ForeignFile, { environment }: ImportRequest): Promise<ForeignFile> {
  if (!/\.(js|cjs|mjs|ts)$/.test(file.path)) return file;
  return { ...file, value: await exportsOf(file.path, { workingDirectory: dirname(file.path), environment }) };
}

function surroundingsOf({ out, environment }: ImportRequest, [first]: readonly ForeignFile[]): Surroundings {
  const dotenv = first === undefined ? "" : join(dirname(first.path), ".env");
  return {
    target: dirname(out),
    environment,
    dotenv: existsSync(dotenv) ? parseEnvFile(dotenv, readConfigurationText(dotenv).text).variables : {},
    isFile: (path) => lookAt(path).stats?.isFile() ?? false,
  };
}
