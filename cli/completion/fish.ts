import { SIGNALS } from "../../core/config/signals.ts";
import { type Flag, GLOBAL_FLAGS } from "../command.ts";
import {
  ACTIONS_WITH_FILES,
  ASKED_VALUES,
  ASKS,
  type Entries,
  FIXED_VALUES,
  longNames,
  quoted,
  TAKES_FILES,
  TAKES_FOLDERS,
  TAKES_NAMES,
  WORDS,
} from "./words.ts";

/** The line's words without `ghost`, to the one at the cursor. */
const ASKED = "(ghost complete -- (commandline -opc)[2..] (commandline -ct | string unescape) 2>/dev/null)";
const FOLDERS = "(__fish_complete_directories (commandline -ct))";
/** Of the files, folders and archives, without their descriptions; in words that mean the same between single quotes. */
const ARCHIVES =
  '(__fish_complete_path (commandline -ct) | string replace -r "[[:cntrl:]].*" "" | string match -er "(?:/|[.]tar|[.]tar[.]gz|[.]tgz)(?!.)")';
const NAMES = '(ghost list --quiet 2>/dev/null | string replace -r ".*/" ""; ghost list --quiet 2>/dev/null)';

/** True when a word follows the verb already: then `signal` wants its second. */
const NAMED = 'test (count (commandline -opc | string match -v -- "-*")) -gt 2';

/** The script for fish. */
export function fishScript(entries: Entries): string {
  const verbsOfWords = Object.keys(WORDS).filter((path) => !path.includes(" "));
  const files = ACTIONS_WITH_FILES.map((path) => `not ${after(path)}`).join("; and ");
  const notSecondOfSignal = `not begin; __fish_seen_subcommand_from signal; and ${NAMED}; end`;
  return [
    "# fish completion of ghost",
    ...entries.map(([verb, { summary }]) => `complete -c ghost -n __fish_use_subcommand -f -a ${verb} -d ${quoted(summary)}`),
    ...GLOBAL_FLAGS.map((flag) => `complete -c ghost ${option(flag)}`),
    ...entries.flatMap(([verb, { flags }]) => flags.map((flag) => rule([verb], "", option(flag)))),
    ...values(),
    ...Object.entries(WORDS).map(([path, list]) => `complete -c ghost -n '${after(path)}' -f -a '${list}'`),
    rule(verbsOfWords, files, "-f"),
    rule(ASKS, "", `-a '${ASKED}'`),
    rule(TAKES_FOLDERS, TAKES_FOLDERS.map((verb) => `not ${after(verb)}`).join("; and "), `-a '${FOLDERS}'`),
    rule(
      TAKES_NAMES.filter((verb) => !TAKES_FILES.includes(verb)),
      "",
      "-f",
    ),
    rule(["signal"], NAMED, `-a '${SIGNALS.join(" ")}'`),
    rule(TAKES_NAMES, `${notSecondOfSignal}; and not ${after("export")}`, `-a 'all ${NAMES}'`),
  ].join("\n");
}

/** What holds for lines with one of the verbs, where the condition does. */
function rule(verbs: readonly string[], condition: string, what: string): string {
  return `complete -c ghost -n '__fish_seen_subcommand_from ${verbs.join(" ")}${condition === "" ? "" : `; and ${condition}`}' ${what}`;
}

/** True right behind the names of a path. */
function after(path: string): string {
  return `string match -q -- "ghost ${path}" (commandline -opc | string match -v -- "-*" | string join " ")`;
}

function values(): string[] {
  const fixed = FIXED_VALUES.map(({ verb, long, words }) => rule([verb], "", `-l ${long} -r -f -a '${words}'`));
  const asked = ASKED_VALUES.map(({ verb, long, short, archives }) =>
    rule([verb], "", `${short ? `-s ${short} ` : ""}-l ${long} -r -f -a '${ASKED}${archives ? ` ${ARCHIVES}` : ""}'`),
  );
  return [...asked, ...fixed];
}

function option({ flags, about }: Flag): string {
  const short = /(?:^|\s)-(\w)\b/.exec(flags)?.[1];
  return `${short ? `-s ${short} ` : ""}-l ${longNames([{ flags, about }])[0]?.slice(2)} ${flags.includes("<") ? "-r " : ""}-d ${quoted(about)}`;
}
