import { quoteWord, splitCommandLine } from "./command-line.ts";
import { type Field, type MapFields, readBoolean, readScalar, readText, refuse } from "./fields.ts";
import type { PROCESS_KEYS } from "./key-tables.ts";
import { portsIn } from "./port-references.ts";
import { expandHome } from "./posix-path.ts";
import { secretsIn } from "./secrets.ts";
import { piecesOf } from "./yaml-tree.ts";

/** What is run. With `shell`, `executable` is the whole command line and `args` is empty. */
export interface Command {
  readonly executable: string;
  readonly args: readonly string[];
  readonly shell: boolean;
}

type ProcessFields = MapFields<keyof typeof PROCESS_KEYS>;

/** Reads `executable`, `command`, `args` and `shell`. Undefined after an error, or when neither executable nor command is there. */
export function readCommand(map: ProcessFields): Command | undefined {
  const command = map.field("command");
  const executable = map.field("executable");
  if (command && executable) return refuse(command, "executable is given, too", "keep one of them");
  const first = command ?? executable;
  if (!first) return undefined;
  const args = map.field("args");
  if (map.read("shell", readBoolean, false)) return readShellLine(first, args);
  return command ? readProgramLine(command, args) : readProgram(first, args);
}

/**
 * The command of a health check, in the same forms. It has no `shell` key: a text that only a shell can run (an operator or `$NAME` outside quotes)
 * is run by one.
 */
export function readProbeCommand(field: Field): Command | undefined {
  if (field.tree.kind !== "list") {
    const scalar = readScalar(field, "a command");
    const split = scalar && splitCommandLine(piecesOf(scalar));
    if (split && ("problem" in split ? split.needsShell : split.variables.length > 0)) return readShellLine(field, undefined);
  }
  const [first] = field.tree.kind === "list" ? field.tree.items : [];
  if (first?.kind === "scalar" && /^CMD(-SHELL)?$/.test(first.text))
    return refuse({ ...field, tree: first }, "it is no program", "write the command alone: `exec: curl -f http://127.0.0.1/`");
  return readProgramLine(field, undefined);
}

function readShellLine(first: Field, args: Field | undefined): Command | undefined {
  const parts = args ? [first, args] : [first];
  const texts = parts.map(readShellText);
  return texts.every((text) => text !== undefined) ? { executable: texts.join(" "), args: [], shell: true } : undefined;
}

function readShellText(field: Field): string | undefined {
  if (field.tree.kind === "list") return refuse(field, "a shell takes one text", "write it as one line, or remove `shell: true`");
  const scalar = readScalar(field, "a text");
  if (!scalar) return undefined;
  if (scalar.text.trim() === "") return refuse(field, "it is empty");
  warnOfSecrets(field, scalar.text);
  return scalar.text;
}

function readProgramLine(command: Field, args: Field | undefined): Command | undefined {
  const words = readWords(command);
  const more = args ? readWords(args) : [];
  if (!words || !more) return undefined;
  const [executable, ...rest] = words;
  if (!executable) return refuse(command, "it names no program");
  if (secretsIn(executable).length > 0) return refuse(command, "the program's name holds a secret");
  if (portsIn(executable).length > 0) return refuse(command, "the program's name holds a port");
  return { executable: home(command, executable), args: [...rest, ...more], shell: false };
}

function readProgram(field: Field, args: Field | undefined): Command | undefined {
  const executable = readText(field);
  const words = args ? readWords(args) : [];
  return executable !== undefined && words ? { executable: home(field, executable), args: words, shell: false } : undefined;
}

function home(field: Field, path: string): string {
  return expandHome(path, field.reading.variables.HOME);
}

/** `args` by itself: a list, or a text that is split as a shell would. */
export function readArguments(field: Field): readonly string[] | undefined {
  return readWords(field);
}

/** Words: each item of a list as it stands, or a text split as a shell would. */
function readWords(field: Field): readonly string[] | undefined {
  const { tree } = field;
  const words = tree.kind === "list" ? readList(field, tree.items) : splitText(field);
  for (const word of words ?? []) warnOfSecrets(field, word);
  return words;
}

function readList(field: Field, items: readonly Field["tree"][]): string[] | undefined {
  const words = items.map((tree) => readScalar({ ...field, tree }, "a text")?.text);
  return words.every((word) => word !== undefined) ? words : undefined;
}

function splitText(field: Field): readonly string[] | undefined {
  const scalar = readScalar(field, "a text or a list of texts");
  if (!scalar) return undefined;
  const split = splitCommandLine(piecesOf(scalar));
  if ("problem" in split) return refuse(field, split.problem, split.hint);
  const [variable] = split.variables;
  if (variable !== undefined) {
    field.reading.report.warn(
      scalar.place,
      `$${variable} in ${field.what} is passed as it stands: no shell is run`,
      `write \${${variable}}, or quote it as ${quoteWord(`$${variable}`)}`,
    );
  }
  return split.words;
}

function warnOfSecrets(field: Field, text: string): void {
  const secret = secretsIn(text)[0];
  if (secret === undefined) return;
  field.reading.report.warn(
    field.tree.place,
    `\${${secret}} in ${field.what} can be read by every user of this machine (ps)`,
    "pass it by `environment`",
  );
}
