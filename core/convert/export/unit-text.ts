import { spell } from "./references.ts";

/** A word of a command line in a unit: `%`, `$`, quotes and backslashes escaped, quoted where it must be. A reference becomes `${VAR}`, which systemd fills in. */
export function unitWord(word: string, ports: Readonly<Record<string, number>>): string {
  const escaped = spell(word, ports, {
    literal: (text) => escapeText(text).replaceAll("$", () => "$$"),
    variable: (name) => `\${${name}}`,
  });
  if (escaped === ";") return "\\;";
  return /^[^\s"'\\;]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A line for `/bin/sh -c` as a word of a unit; a reference becomes `${VAR}`, which the shell fills in. */
export function unitShellWord(line: string, ports: Readonly<Record<string, number>>): string {
  const escaped = spell(line, ports, {
    literal: (text) => escapeText(text).replaceAll("$", () => "$$"),
    variable: (name) => `$$\{${name}}`,
  });
  return `"${escaped}"`;
}

/** `KEY=value` for `Environment=`, where `$` has no meaning. */
export function unitAssignment(key: string, value: string): string {
  const text = escapeText(`${key}=${value}`);
  return /^[^\s"'\\]+$/.test(text) ? text : `"${text}"`;
}

/** A value that is taken as it stands: a path, a description. */
export function unitValue(text: string): string {
  return text.replaceAll("%", "%%").replace(/[\r\n]+/g, " ");
}

function escapeText(text: string): string {
  return text.replaceAll("%", "%%").replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}
