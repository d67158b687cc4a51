import { type DraftProcess, Template, type Text } from "./draft.ts";

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;
const SAFE_TEMPLATE = /^[A-Za-z0-9_@%+=:,./${}-]+$/;

/** Sets `command` to a program and its arguments, each word kept as it is: no shell is run. */
export function setCommand(process: DraftProcess, words: readonly Text[]): void {
  const single = words.every((word) => isLine(textOf(word)));
  // A text is what people would write; words with line ends or tabs stay a list.
  if (single) process.set("command", joined(words));
  else process.set("command", [...words]);
}

/** Sets `command` to a line that `/bin/sh` runs. */
export function setShellLine(process: DraftProcess, line: Text): void {
  process.set("command", line);
  process.set("shell", true);
}

/** Words that are no programs. */
const BUILTINS = /^\s*(exec|cd|source|\.|export|eval|set|unset|ulimit|umask|trap|wait|command|if|for|while|until|case)\s/;

/** True for a line that only a shell can run as it was meant: operators, variables, globs, its own commands, or assignments before the program. */
export function needsShell(line: string): boolean {
  if (BUILTINS.test(line)) return true;
  return /[|&;<>`$*?[\]~(){}\\#!]/.test(line.replace(/'[^']*'/g, "")) || /^\s*[A-Za-z_][A-Za-z0-9_]*=/.test(line);
}

/** A word as `/bin/sh` reads it back. */
export function shellWord(word: string): string {
  return SAFE.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The characters of a text, whether variables are meant or not. */
export function textOf(text: Text): string {
  return text instanceof Template ? text.text : text;
}

function isLine(word: string): boolean {
  return !/[\n\r\t]/.test(word);
}

function joined(words: readonly Text[]): Text {
  if (words.every((word) => typeof word === "string")) return words.map(shellWord).join(" ");
  return new Template(words.map(templateWord).join(" "));
}

/** Inside a template a literal `${` is written `$${`. */
function templateWord(word: Text): string {
  if (typeof word === "string") return shellWord(word).replaceAll("${", () => "$${");
  return SAFE_TEMPLATE.test(word.text) ? word.text : `'${word.text.replaceAll("'", "'\\''")}'`;
}
