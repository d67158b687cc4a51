import { setCommand, setShellLine, shellWord } from "./command.ts";
import { DraftProcess } from "./draft.ts";
import type { NameBook } from "./name-book.ts";
import { fillSpecifiers } from "./systemd-specifiers.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { unitWords } from "./unit-words.ts";

/** A line of ExecStart and the like without the marks before it. */
export interface UnitCommand {
  readonly words: readonly string[];
  /** The marks: `-`, `@`, `:`, `+`, `!`, `!!`. */
  readonly marks: string;
}

const MARK_NOTES: Readonly<Record<string, string>> = {
  "@": "`@` before the program gives it another name for itself, which has no equal",
  "+": "`+` before the program runs it with all rights, which has no equal",
  "!": "`!` before the program runs it with more rights, which has no equal",
};
/** Sets what is run, how it is stopped and reloaded. Gives the one-shots that ExecStartPre becomes. */
export function setUnitCommands(unit: Unit, process: DraftProcess, names: NameBook): DraftProcess[] {
  const commands = valuesOf(unit, "Service", "ExecStart")
    .flatMap(divided)
    .map((line) => parseCommand(line, unit, process));
  setStart(process, commands);
  for (const mark of new Set(commands.flatMap(({ marks }) => [...marks]))) if (MARK_NOTES[mark]) process.note(MARK_NOTES[mark]);
  if (commands.length === 1 && commands[0]?.marks.includes("-"))
    process.note("`-` before the program: systemd takes any exit code for success; see restart: { success_codes: […] }");
  setReload(unit, process);
  return firstCommands(unit, process, names);
}

/** Reads a line of ExecStart and the like, specifiers filled in. */
export function parseCommand(line: string, unit: Unit, process: DraftProcess): UnitCommand {
  const marks = /^[-@:+!|]*/.exec(line)?.[0] ?? "";
  const words = unitWords(fillSpecifiers(line.slice(marks.length), unit, process));
  // With `@` the second word is what the program shall think its name is.
  return { marks, words: marks.includes("@") ? words.filter((_, index) => index !== 1) : words };
}

/** A semicolon between blanks divides commands; within quotes it is text, and then nothing is divided. */
function divided(line: string): string[] {
  return /["']/.test(line) ? [line] : line.split(/\s+;\s+/);
}

function setStart(process: DraftProcess, commands: readonly UnitCommand[]): void {
  const [only] = commands;
  if (!only) return process.note("it has no ExecStart");
  if (commands.length === 1 && !hasVariables(only)) return setCommand(process, only.words.map(unescapeDollars));
  setShellLine(process, commands.length === 1 ? `exec ${shellLineOf(only)}` : commandsLine(commands));
}

function hasVariables({ words, marks }: UnitCommand): boolean {
  return !marks.includes(":") && words.some((word) => /(^|[^$])\$(\w|\{)/.test(word));
}

function unescapeDollars(word: string): string {
  return word.replaceAll("$$", "$");
}

/** systemd fills `${X}` in as one word, and a word that is `$X` as several: a shell does so with and without double quotes. */
function shellLineOf({ words, marks }: UnitCommand): string {
  if (marks.includes(":")) return words.map(shellWord).join(" ");
  return words
    .map((word) => (/^\$\w+$/.test(word) ? word : /(^|[^$])\$\{\w+\}/.test(word) ? inDoubleQuotes(word) : shellWord(unescapeDollars(word))))
    .join(" ");
}

/** Of a word only `${X}` is filled in by systemd; `$$` is its way to write a dollar. */
function inDoubleQuotes(word: string): string {
  const text = word.replace(/\$\$|\$\{\w+\}|[$"\\`]/g, (found) => (found === "$$" ? "\\$" : found.length > 1 ? found : `\\${found}`));
  return `"${text}"`;
}

/** Commands that run one after the other, up to the first that fails: of one with `-` before the program that does not matter. */
export function commandsLine(commands: readonly UnitCommand[]): string {
  const [only] = commands;
  if (only && commands.length === 1) return `${shellLineOf(only)}${only.marks.includes("-") ? " || true" : ""}`;
  return commands.map((each) => (each.marks.includes("-") ? `{ ${shellLineOf(each)} || true; }` : shellLineOf(each))).join(" && ");
}

const SIGNAL_NUMBERS: Readonly<Record<string, string>> = { 1: "HUP", 2: "INT", 3: "QUIT", 9: "KILL", 10: "USR1", 12: "USR2", 15: "TERM" };

/** The signal that a line like `/bin/kill -s QUIT $MAINPID` sends to the main process; null for any other. */
export function signalSentBy(line: string): string | null {
  const match = /^[-@:+!]*(?:\S*\/)?kill(?:\s+(?:-s\s*|--signal[\s=]|-)(?:SIG)?([A-Z0-9]+))?\s+(?:--\s+)?"?\$\{?MAINPID\}?"?$/.exec(
    line.trim(),
  );
  const named = match ? (match[1] ?? "TERM") : null;
  return named === null ? null : `SIG${SIGNAL_NUMBERS[named] ?? named}`;
}

/** `/bin/kill -HUP $MAINPID` is a signal; anything else has no equal. */
function setReload(unit: Unit, process: DraftProcess): void {
  const lines = valuesOf(unit, "Service", "ExecReload");
  if (lines.length === 0) {
    const signal = lastOf(unit, "Service", "ReloadSignal");
    if (signal !== undefined) process.set("reload", { signal });
    return;
  }
  const signal = signalSentBy(lines[0] ?? "");
  if (lines.length === 1 && signal !== null) process.set("reload", { signal });
  else process.note(`ExecReload=${lines.join("; ")} — only a signal has an equal: reload: { signal: SIGHUP }`);
}

/** ExecStartPre runs before every start of the service; a one-shot that it depends on runs when both are started. */
function firstCommands(unit: Unit, process: DraftProcess, names: NameBook): DraftProcess[] {
  const commands = valuesOf(unit, "Service", "ExecStartPre").map((line) => parseCommand(line, unit, process));
  if (commands.length === 0) return [];
  const first = new DraftProcess(names.nameFor(`${process.name}-pre`));
  setShellLine(first, commandsLine(commands));
  for (const mark of new Set(commands.flatMap(({ marks }) => [...marks]))) if (MARK_NOTES[mark]) first.note(MARK_NOTES[mark]);
  first.set("type", "oneshot");
  first.note(
    `ExecStartPre of ${unit.name}. systemd runs it before every start, restarts too; here it is run when ${process.name} is started by a command.`,
  );
  return [first];
}
