import { setCommand, setShellLine, shellWord } from "./command.ts";
import { DraftProcess } from "./draft.ts";
import type { NameBook } from "./name-book.ts";
import { fillSpecifiers } from "./systemd-specifiers.ts";
import { lastOf, type Unit, valuesOf } from "./unit-file.ts";
import { unitWords } from "./unit-words.ts";

/** A line of ExecStart and the like without the marks before it. */
interface UnitCommand {
  readonly words: readonly string[];
  /** The marks: `-`, `@`, `:`, `+`, `!`, `!!`. */
  readonly marks: string;
}

const MARK_NOTES: Readonly<Record<string, string>> = {
  "@": "`@` before the program gives it another name for itself, which has no equal",
  "+": "`+` before the program runs it with all rights, which has no equal",
  "!": "`!` before the program runs it with more rights, which has no equal",
};
/** What systemd passes on and Ghost calls otherwise. */
const MAIN_PID = /\$(MAINPID|\{MAINPID\})/g;

/** Sets what is run, how it is stopped and reloaded. Gives the one-shots that ExecStartPre becomes. */
export function setUnitCommands(unit: Unit, process: DraftProcess, names: NameBook): DraftProcess[] {
  const commands = valuesOf(unit, "Service", "ExecStart")
    .flatMap(divided)
    .map((line) => parseCommand(line, unit, process));
  setStart(process, commands);
  for (const mark of new Set(commands.flatMap(({ marks }) => [...marks]))) if (MARK_NOTES[mark]) process.note(MARK_NOTES[mark]);
  if (commands.some(({ marks }) => marks.includes("-")))
    process.note("`-` before the program: systemd takes any exit code for success; see restart: { success_codes: […] }");
  setReload(unit, process);
  return firstCommands(unit, process, names);
}

/** The shell command that systemd's stop lines are; null where there are none. */
export function stopCommand(unit: Unit, process: DraftProcess): string | null {
  const lines = valuesOf(unit, "Service", "ExecStop").map((line) => shellLineOf(parseCommand(line, unit, process)));
  return lines.length === 0 ? null : lines.join(" && ").replace(MAIN_PID, "$GHOST_PID");
}

function parseCommand(line: string, unit: Unit, process: DraftProcess): UnitCommand {
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
  const lines = commands.map(shellLineOf);
  setShellLine(process, lines.length === 1 ? `exec ${lines[0]}` : lines.join(" && "));
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

/** `$$` is systemd's way to write a dollar. */
function inDoubleQuotes(word: string): string {
  return `"${word.replace(/["\\`]/g, "\\$&").replaceAll("$$", "\\$")}"`;
}

/** `/bin/kill -HUP $MAINPID` is a signal; anything else has no equal. */
function setReload(unit: Unit, process: DraftProcess): void {
  const lines = valuesOf(unit, "Service", "ExecReload");
  if (lines.length === 0) {
    const signal = lastOf(unit, "Service", "ReloadSignal");
    if (signal !== undefined) process.set("reload", { signal });
    return;
  }
  const signal = /^[-@:+!]*\S*\bkill\s+(?:-s\s+|-)(?:SIG)?([A-Z0-9]+)\s+\$\{?MAINPID\}?$/.exec(lines[0] ?? "")?.[1];
  if (lines.length === 1 && signal !== undefined) process.set("reload", { signal: `SIG${signal === "1" ? "HUP" : signal}` });
  else process.note(`ExecReload=${lines.join("; ")} — only a signal has an equal: reload: { signal: SIGHUP }`);
}

/** ExecStartPre runs before every start of the service; a one-shot that it depends on runs when both are started. */
function firstCommands(unit: Unit, process: DraftProcess, names: NameBook): DraftProcess[] {
  const commands = valuesOf(unit, "Service", "ExecStartPre").map((line) => parseCommand(line, unit, process));
  if (commands.length === 0) return [];
  const first = new DraftProcess(names.nameFor(`${unit.stem}-pre`));
  const lines = commands.map((command) => (command.marks.includes("-") ? `{ ${shellLineOf(command)} || true; }` : shellLineOf(command)));
  setShellLine(first, lines.join(" && "));
  first.set("type", "oneshot");
  first.note(
    `ExecStartPre of ${unit.name}. systemd runs it before every start, restarts too; here it is run when ${process.name} is started by a command.`,
  );
  return [first];
}
