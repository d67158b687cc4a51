import { baseName } from "../config/posix-path.ts";
import type { ForeignFile } from "./source.ts";

/** A unit of systemd: sections of keys, each with all its values in their order. */
export interface Unit {
  /** With its ending: `api.service`. */
  readonly name: string;
  /** Without it. */
  readonly stem: string;
  readonly ending: string;
  readonly file: ForeignFile;
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/** Reads a unit file: `#` and `;` begin comment lines, a backslash at the end joins lines, an empty value takes back what was said before. */
export function parseUnit(file: ForeignFile): Unit {
  const sections = new Map<string, Map<string, string[]>>();
  let current: Map<string, string[]> | undefined;
  for (const line of joinedLines(file.text)) {
    const header = /^\[(.+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      current = sections.get(header) ?? new Map();
      sections.set(header, current);
      continue;
    }
    const equals = line.indexOf("=");
    if (!current || equals === -1) continue;
    const key = line.slice(0, equals).trim();
    const value = line.slice(equals + 1).trim();
    current.set(key, value === "" ? [] : [...(current.get(key) ?? []), value]);
  }
  const name = baseName(file.path);
  const dot = name.lastIndexOf(".");
  return { name, stem: name.slice(0, dot), ending: name.slice(dot + 1), file, sections };
}

/** All values of a key; empty where there is none. */
export function valuesOf({ sections }: Unit, section: string, key: string): readonly string[] {
  return sections.get(section)?.get(key) ?? [];
}

/** The last value of a key, which is the one that counts. */
export function lastOf(unit: Unit, section: string, key: string): string | undefined {
  return valuesOf(unit, section, key).at(-1);
}

/** Comment lines may stand between joined lines. */
function joinedLines(text: string): string[] {
  const lines: string[] = [];
  let open = "";
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    if (line.endsWith("\\")) open += `${line.slice(0, -1)} `;
    else {
      const whole = (open + line).trim();
      open = "";
      if (whole !== "") lines.push(whole);
    }
  }
  return open.trim() === "" ? lines : [...lines, open.trim()];
}
