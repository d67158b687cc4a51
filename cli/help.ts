import { type Command, type Flag, GLOBAL_FLAGS } from "./command.ts";
import type { Paint } from "./output/paint.ts";
import { VERB_GROUPS } from "./verbs.ts";

/** Help is cut to lines of this length even on a wider terminal: longer ones read badly. */
const HELP_COLUMNS_MAX = 100;

/** The help of everything: all verbs with one line each. */
export async function renderHelp(version: string, paint: Paint): Promise<string[]> {
  const groups = await Promise.all(Object.entries(VERB_GROUPS).map(([title, verbs]) => renderGroup(title, verbs, paint)));
  return [
    `${paint.bold("ghost")} ${version} runs programs and keeps them running`,
    "",
    `${paint.bold("Usage")}  ghost COMMAND [ARGUMENT…] [--option…]`,
    ...groups.flat(),
    "",
    paint.bold("Every command"),
    ...renderFlags(GLOBAL_FLAGS, paint),
    "",
    paint.bold("Begin"),
    `  ghost start app.js              ${paint.dim("run a program and keep it running")}`,
    `  ghost register processes.yaml   ${paint.dim("register what a file declares; --start starts it")}`,
    `  ghost COMMAND --help            ${paint.dim("more about a command, with examples")}`,
  ];
}

async function renderGroup(title: string, verbs: (typeof VERB_GROUPS)[string], paint: Paint): Promise<string[]> {
  const lines = await Promise.all(
    Object.entries(verbs).map(async ([verb, load]) => `  ${verb.padEnd(13)}${(await load()).command.summary}`),
  );
  return ["", paint.bold(title), ...lines];
}

/** The help of one verb. */
export function renderCommandHelp(verb: string, command: Command, paint: Paint): string[] {
  return [
    `${paint.bold(`ghost ${verb}`)} ${command.usage}`,
    "",
    ...wrap(`${command.summary}.`),
    ...(command.about ? ["", ...wrap(command.about)] : []),
    ...(command.flags.length > 0 ? ["", paint.bold("Options"), ...renderFlags(command.flags, paint)] : []),
    "",
    paint.bold("Every command"),
    ...renderFlags(GLOBAL_FLAGS, paint),
    "",
    paint.bold("Examples"),
    ...command.examples.map((example) => `  ${example}`),
  ];
}

function renderFlags(flags: readonly Flag[], paint: Paint): string[] {
  const aligned = flags.map(({ flags: names, about }) => [names.startsWith("--") ? `    ${names}` : names, about] as const);
  const width = Math.max(...aligned.map(([names]) => names.length));
  return aligned.map(([names, about]) => `  ${names.padEnd(width)}  ${paint.dim(about)}`);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > HELP_COLUMNS_MAX) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}
