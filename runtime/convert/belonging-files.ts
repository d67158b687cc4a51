import { readdirSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import picomatch from "picomatch";
import { parseIni } from "../../core/convert/ini.ts";
import type { ImportKind } from "../../core/convert/recognise.ts";
import type { ForeignFile } from "../../core/convert/source.ts";
import { readConfigurationText } from "../config/read-text.ts";

/** Files that one import may draw in, beside those that were named. */
const INCLUDED_MAX = 1_000;

/** The named files with those that belong to them: what supervisord's [include] names, and systemd's drop-ins (`api.service.d/*.conf`), whose text goes on with the unit's. */
export function withBelongingFiles(kind: ImportKind, files: readonly ForeignFile[]): ForeignFile[] {
  if (kind === "supervisord") return withIncluded(files);
  return kind === "systemd" ? files.map(withDropIns) : [...files];
}

function withIncluded(files: readonly ForeignFile[]): ForeignFile[] {
  const named = new Map(files.map((file) => [file.path, file]));
  for (const path of files.flatMap(includedBy).slice(0, INCLUDED_MAX)) if (!named.has(path)) named.set(path, readConfigurationText(path));
  return [...named.values()];
}

/** supervisord takes globs, from the folder of the file that includes, which is also `%(here)s` (read_config of supervisor/options.py). */
function includedBy({ path, text }: ForeignFile): string[] {
  const include = parseIni(text).find(({ name }) => name === "include");
  const patterns = (include?.values.get("files") ?? "").split(/\s+/).filter(Boolean);
  return patterns.flatMap((pattern) => {
    const named = pattern.replaceAll("%(here)s", dirname(path));
    return globbed(isAbsolute(named) ? named : join(dirname(path), named));
  });
}

/** Folders may be globs as well. */
function globbed(pattern: string): string[] {
  const folder = dirname(pattern);
  const folders = /[*?[]/.test(folder) ? globbed(folder) : [folder];
  return folders.flatMap((each) => matching(each, basename(pattern))).slice(0, INCLUDED_MAX);
}

/** Folders of units whose drop-ins may lie where the machine's own administrator puts them (systemd.unit(5)). */
const VENDOR = /^(?:\/usr)?\/lib\/systemd\/(?=(?:system|user)\/)/;

/** Those of the template come before those of its instance. */
function withDropIns(file: ForeignFile): ForeignFile {
  const template = file.path.replace(/@[^/@]+(?=\.\w+$)/, "@");
  const own = template === file.path ? [file.path] : [template, file.path];
  const all = own.flatMap((path) => (VENDOR.test(path) ? [path, path.replace(VENDOR, "/etc/systemd/")] : [path]));
  const texts = all.flatMap((path) => matching(`${path}.d`, "*.conf")).map((path) => readConfigurationText(path).text);
  return texts.length === 0 ? file : { ...file, text: [file.text, ...texts].join("\n") };
}

function matching(folder: string, pattern: string): string[] {
  const matches = picomatch(pattern);
  return namesIn(folder)
    .filter((name) => matches(name))
    .sort()
    .map((name) => join(folder, name));
}

/** A folder that is not there includes nothing. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
