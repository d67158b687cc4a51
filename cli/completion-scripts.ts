import { SIGNALS } from "../core/config/signals.ts";
import { type Command, type Flag, GLOBAL_FLAGS } from "./command.ts";
import { VERBS } from "./verbs.ts";

/** The shells that there is a completion script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Verbs whose arguments are names of processes; names come from `ghost list --quiet`. */
const TAKES_NAMES = [
  "start",
  "stop",
  "restart",
  "reload",
  "trigger",
  "metrics",
  "export",
  "scale",
  "signal",
  "delete",
  "graph",
  "list",
  "status",
  "why",
  "logs",
  "env",
  "monitor",
  "run",
  "test",
];
const TAKES_FILES = ["register", "plan", "start", "up", "down", "ci", "run", "test"];
/** What comes next, by the names before it. */
const WORDS: Readonly<Record<string, string>> = {
  daemon: "start stop restart status logs install uninstall",
  hub: "status start stop restart token",
  bus: "pub sub request stream",
  "bus stream": "add read tail create groups pending dead retry",
  saga: "list show retry skip",
  sdk: "list update",
  data: "get set del scan incr query exec shell backup rotate-key invalidate",
  group: "list status start stop restart create delete",
  completions: SHELLS.join(" "),
};

/** Actions whose next argument is a file. */
const ACTIONS_WITH_FILES = ["data backup"];

/** Verbs whose words the hub knows, as far as it runs: channels, streams, keys. Its names may hold anything, and no shell may take them for code. */
const ASKS_HUB = ["bus", "data"];
/** Options whose values the hub knows, by verb. */
const HUB_VALUES = [{ verb: "data", long: "namespace" }];

/** What completes the value of an option, as a command that prints a word a line. */
const VALUES: readonly { readonly verb: string; readonly long: string; readonly short: string; readonly words: string }[] = [
  { verb: "create", long: "template", short: "t", words: "ghost create --list --quiet 2>/dev/null" },
];

/** The script for one shell, made from the commands' own tables. */
export async function completionScript(shell: (typeof SHELLS)[number]): Promise<string> {
  const entries = await Promise.all(Object.entries(VERBS).map(async ([verb, load]) => [verb, (await load()).command] as const));
  switch (shell) {
    case "bash":
      return bash(entries);
    case "zsh":
      return zsh(entries);
    case "fish":
      return fish(entries);
  }
}

type Entries = readonly (readonly [string, Command])[];

function bash(entries: Entries): string {
  const options = entries.map(([verb, { flags }]) => `    ${verb}) options="${longNames(flags).join(" ")}" ;;`);
  const words = Object.entries(WORDS).map(([path, list]) => `    "${path}") COMPREPLY=($(compgen -W "${list}" -- "$word")); return ;;`);
  const values = VALUES.map(
    ({ verb, long, short, words: list }) =>
      `    ${verb}:--${long}|${verb}:-${short}) COMPREPLY=($(compgen -W "$(${list})" -f -- "$word")); return ;;`,
  );
  const hubValues = HUB_VALUES.map(({ verb, long }) => `    ${verb}:--${long}) _ghost_hub; return ;;`);
  return `# bash completion of ghost
_ghost_hub() {
  local name colons=""
  if [[ "$word" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then colons="\${word%"\${word##*:}"}"; fi
  while IFS= read -r name; do COMPREPLY+=("\${name#"$colons"}"); done < <(ghost complete -- "\${words[@]:1}" 2>/dev/null)
}
_ghost() {
  local word="" verb="" named="" path="" options="" index words=(ghost)
  COMPREPLY=()
  # To bash a word ends at a colon, to us it does not.
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if [[ "$COMP_WORDBREAKS" == *:* && -n "$word" && $index -gt 1 ]] && [[ "$word" == :* || "\${words[\${#words[@]}-1]}" == *: ]]; then
      words[\${#words[@]}-1]+="$word"
    else
      words+=("$word")
    fi
  done
  word="\${words[\${#words[@]}-1]}"
  for ((index = 1; index < \${#words[@]} - 1; index++)); do
    case "\${words[index]}" in
      --home) index=$((index + 1)) ;;
      -*) ;;
      *)
        path="$path\${path:+ }\${words[index]}"
        if [[ -z "$verb" ]]; then verb="\${words[index]}"; else named=1; fi ;;
    esac
  done
  case "$verb:\${words[\${#words[@]}-2]}" in
${[...values, ...hubValues].join("\n")}
  esac
  if [[ "$word" == -* ]]; then
    case "$verb" in
${options.join("\n")}
    esac
    COMPREPLY=($(compgen -W "$options ${longNames(GLOBAL_FLAGS).join(" ")}" -- "$word"))
    return
  fi
  if [[ "$verb" == signal && -n "$named" ]]; then
    COMPREPLY=($(compgen -W "${SIGNALS.join(" ")}" -- "$word"))
    return
  fi
  case "$path" in
${words.join("\n")}
    ${ACTIONS_WITH_FILES.map((path) => `"${path}"`).join("|")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  case "$verb" in
    ${ASKS_HUB.join("|")}) _ghost_hub ;;
    "") COMPREPLY=($(compgen -W "${entries.map(([verb]) => verb).join(" ")}" -- "$word")) ;;
    ${TAKES_NAMES.join("|")})
      COMPREPLY=($(compgen -W "all $(ghost list --quiet 2>/dev/null | if [[ "$word" == */* ]]; then cat; else sed 's,.*/,,'; fi)" -- "$word")) ;;&
    ${TAKES_FILES.join("|")})
      COMPREPLY+=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _ghost ghost
`.trimEnd();
}

function zsh(entries: Entries): string {
  const verbs = entries.map(([verb, { summary }]) => `    ${quoted(`${verb}:${summary}`)}`);
  const options = entries.map(([verb, { flags }]) => `      ${verb}) options=(${longNames(flags).join(" ")}) ;;`);
  const words = Object.entries(WORDS).map(([path, list]) => `    "${path}") compadd -- ${list}; return ;;`);
  const values = VALUES.map(
    ({ verb, long, short, words: list }) => `    ${verb}:--${long}|${verb}:-${short}) compadd -- \${(f)"$(${list})"}; _files; return ;;`,
  );
  const hubValues = HUB_VALUES.map(({ verb, long }) => `    ${verb}:--${long}) _ghost_hub; return ;;`);
  return `#compdef ghost
# zsh completion of ghost
_ghost_hub() {
  compadd -- \${(f)"$(ghost complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)"}
}
_ghost() {
  local -a verbs options
  verbs=(
${verbs.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  case "$words[2]:$words[CURRENT-1]" in
${[...values, ...hubValues].join("\n")}
  esac
  if [[ "$PREFIX" == -* ]]; then
    case "$words[2]" in
${options.join("\n")}
    esac
    compadd -- $options ${longNames(GLOBAL_FLAGS).join(" ")}
    return
  fi
  if [[ "$words[2]" == signal ]] && (( \${#\${(@)words[3,CURRENT-1]:#-*}} > 0 )); then
    compadd -- ${SIGNALS.join(" ")}
    return
  fi
  case "\${(j: :)\${(@)words[2,CURRENT-1]:#-*}}" in
${words.join("\n")}
    ${ACTIONS_WITH_FILES.map((path) => `"${path}"`).join("|")}) _files; return ;;
  esac
  case "$words[2]" in
    ${ASKS_HUB.join("|")}) _ghost_hub ;;
    ${TAKES_NAMES.join("|")}) compadd -- all \${(f)"$(ghost list --quiet 2>/dev/null)"} \${\${(f)"$(ghost list --quiet 2>/dev/null)"}##*/} ;|
    ${TAKES_FILES.join("|")}) _files ;;
  esac
}
if [[ "$funcstack[1]" == _ghost ]]; then _ghost "$@"; else compdef _ghost ghost; fi`;
}

/** The line's words without `ghost`, to the one at the cursor. */
const FISH_HUB = "(ghost complete -- (commandline -opc)[2..] (commandline -ct | string unescape) 2>/dev/null)";

/** True when a word follows the verb already: then `signal` wants its second. */
const FISH_NAMED = 'test (count (commandline -opc | string match -v -- "-*")) -gt 2';

/** True right behind the names of a path. */
function fishPath(path: string): string {
  return `string match -q -- "ghost ${path}" (commandline -opc | string match -v -- "-*" | string join " ")`;
}

function fish(entries: Entries): string {
  const verbs = entries.map(([verb, { summary }]) => `complete -c ghost -n __fish_use_subcommand -f -a ${verb} -d ${quoted(summary)}`);
  const values = VALUES.map(
    ({ verb, long, short, words: list }) =>
      `complete -c ghost -n '__fish_seen_subcommand_from ${verb}' -s ${short} -l ${long} -r -a '(${list})'`,
  );
  const hubValues = HUB_VALUES.map(
    ({ verb, long }) => `complete -c ghost -n '__fish_seen_subcommand_from ${verb}' -l ${long} -r -f -a '${FISH_HUB}'`,
  );
  const options = entries.flatMap(([verb, { flags }]) =>
    flags.map((flag) => `complete -c ghost -n '__fish_seen_subcommand_from ${verb}' ${fishFlag(flag)}`),
  );
  const words = Object.entries(WORDS).map(([path, list]) => `complete -c ghost -n '${fishPath(path)}' -f -a '${list}'`);
  const verbsOfWords = Object.keys(WORDS).filter((path) => !path.includes(" "));
  const files = ACTIONS_WITH_FILES.map((path) => `not ${fishPath(path)}`).join("; and ");
  return [
    "# fish completion of ghost",
    ...verbs,
    ...GLOBAL_FLAGS.map((flag) => `complete -c ghost ${fishFlag(flag)}`),
    ...options,
    ...values,
    ...hubValues,
    ...words,
    `complete -c ghost -n '__fish_seen_subcommand_from ${verbsOfWords.join(" ")}; and ${files}' -f`,
    `complete -c ghost -n '__fish_seen_subcommand_from ${ASKS_HUB.join(" ")}' -a '${FISH_HUB}'`,
    `complete -c ghost -n '__fish_seen_subcommand_from ${TAKES_NAMES.filter((verb) => !TAKES_FILES.includes(verb)).join(" ")}' -f`,
    `complete -c ghost -n '__fish_seen_subcommand_from signal; and ${FISH_NAMED}' -a '${SIGNALS.join(" ")}'`,
    `complete -c ghost -n '__fish_seen_subcommand_from ${TAKES_NAMES.join(" ")}; and not begin; __fish_seen_subcommand_from signal; and ${FISH_NAMED}; end' -a 'all (ghost list --quiet 2>/dev/null | string replace -r ".*/" ""; ghost list --quiet 2>/dev/null)'`,
  ].join("\n");
}

function fishFlag({ flags, about }: Flag): string {
  const short = /(?:^|\s)-(\w)\b/.exec(flags)?.[1];
  return `${short ? `-s ${short} ` : ""}-l ${longNames([{ flags, about }])[0]?.slice(2)} ${flags.includes("<") ? "-r " : ""}-d ${quoted(about)}`;
}

function longNames(flags: readonly Flag[]): string[] {
  return flags.map((flag) => /--[\w-]+/.exec(flag.flags)?.[0] ?? "").filter((name) => name !== "");
}

/** In single quotes, as all three shells read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
