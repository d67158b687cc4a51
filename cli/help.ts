import { type Command, type Flag, GLOBAL_FLAGS } from "./command.ts";
import type { Paint } from "./output/paint.ts";
import { hang, wrapWords } from "./output/wrap.ts";
import { VERB_GROUPS } from "./verbs.ts";

/** Lines of help are no longer than this even on a wider terminal: longer ones read badly. */
const HELP_COLUMNS_MAX = 100;
/** Cells of the verbs in the list of all, their indentation included. */
const VERB_CELLS = 15;
/** What is explained beside an option keeps at least this many cells; on a narrower terminal it stands where it may. */
const ABOUT_CELLS_MIN = 30;

/** The help of everything: all verbs with one line each. */
export async function renderHelp(version: string, terminalColumns: number, paint: Paint): Promise<string[]> {
  const columns = Math.min(terminalColumns, HELP_COLUMNS_MAX);
  const groups = await Promise.all(Object.entries(VERB_GROUPS).map(([title, verbs]) => renderGroup(title, verbs, columns, paint)));
  return [
    `${paint.bold("ghost")} ${version} runs programs and keeps them running`,
    "",
    `${paint.bold("Usage")}  ghost COMMAND [ARGUMENT…] [--option…]`,
    ...groups.flat(),
    "",
    paint.bold("Every command"),
    ...renderFlags(GLOBAL_FLAGS, columns, paint),
    "",
    paint.bold("Begin"),
    `  ghost start app.js              ${paint.dim("run a program and keep it running")}`,
    `  ghost register --start          ${paint.dim("register and start what ./processes.yaml declares")}`,
    `  ghost COMMAND --help            ${paint.dim("more about a command, with examples")}`,
  ];
}

async function renderGroup(title: string, verbs: (typeof VERB_GROUPS)[string], columns: number, paint: Paint): Promise<string[]> {
  const lines = await Promise.all(
    Object.entries(verbs).map(async ([verb, load]) =>
      hang(`  ${verb}`.padEnd(VERB_CELLS), VERB_CELLS, (await load()).command.summary, columns),
    ),
  );
  return ["", paint.bold(title), ...lines.flat()];
}

/** The help of one verb. */
export function renderCommandHelp(verb: string, command: Command, terminalColumns: number, paint: Paint): string[] {
  const columns = Math.min(terminalColumns, HELP_COLUMNS_MAX);
  return [
    ...renderUsage(verb, command.usage, columns, paint),
    "",
    ...wrapWords(`${command.summary}.`, columns),
    ...(command.about ? ["", ...wrapWords(command.about, columns)] : []),
    ...(command.flags.length > 0 ? ["", paint.bold("Options"), ...renderFlags(command.flags, columns, paint)] : []),
    "",
    paint.bold("Every command"),
    ...renderFlags(GLOBAL_FLAGS, columns, paint),
    "",
    paint.bold("Examples"),
    ...command.examples.map((example) => `  ${example}`),
  ];
}

/** A line; where that is longer than the terminal, a line for each way to call it. */
function renderUsage(verb: string, text: string, columns: number, paint: Paint): string[] {
  const name = paint.bold(`ghost ${verb}`);
  const ways = verb.length + text.length + "ghost  ".length > columns ? text.split(" | ") : [text];
  return ways.map((way) => `${name} ${way}`);
}

function renderFlags(flags: readonly Flag[], columns: number, paint: Paint): string[] {
  const aligned = flags.map(({ flags: names, about }) => [names.startsWith("--") ? `    ${names}` : names, about] as const);
  const cells = Math.max(...aligned.map(([names]) => names.length)) + 4;
  return aligned.flatMap(([names, about]) => {
    const [first = "", ...rest] = wrapWords(about, Math.max(columns - cells, ABOUT_CELLS_MIN));
    return [`  ${names.padEnd(cells - 2)}${paint.dim(first)}`, ...rest.map((line) => " ".repeat(cells) + paint.dim(line))];
  });
}
