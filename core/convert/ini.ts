/** A section of an ini file in supervisord's dialect. */
export interface Section {
  readonly name: string;
  /** Keys in lower case, as Python's parser has them. */
  readonly values: ReadonlyMap<string, string>;
}

const HEADER = /^\[([^\]]+)\]/;
const OPTION = /^([^:=\s][^:=]*?)\s*[:=]\s*(.*)$/;

/**
 * Reads supervisord's dialect of ini: `;` and `#` begin a comment at a line's start, ` ;` within a line; a line that begins with a blank goes on with
 * the value before it. `%(…)s` is left to the caller. (The common ini packages split keys at dots, unquote values and know no continuation lines.)
 */
export function parseIni(text: string): Section[] {
  const sections: { name: string; values: Map<string, string> }[] = [];
  let key: string | null = null;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*([;#]|$)/.test(line)) continue;
    const current = sections.at(-1);
    if (/^\s/.test(line) && current && key !== null) {
      current.values.set(key, `${current.values.get(key) ?? ""}\n${withoutComment(line.trim())}`);
      continue;
    }
    const header = HEADER.exec(line.trim())?.[1];
    if (header !== undefined) sections.push({ name: header.trim(), values: new Map() });
    const option = header === undefined && current ? OPTION.exec(line.trim()) : null;
    key = option?.[1]?.toLowerCase() ?? null;
    if (option && key !== null) current?.values.set(key, withoutComment(option[2] ?? ""));
  }
  return sections;
}

function withoutComment(value: string): string {
  return value.replace(/(^|\s);.*$/, "").trim();
}
