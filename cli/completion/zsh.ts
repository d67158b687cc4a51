import { SIGNALS } from "../../core/config/signals.ts";
import { GLOBAL_FLAGS } from "../command.ts";
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

/** The script for zsh: to be evaluated, or as a file `_ghost` of `fpath`. */
export function zshScript(entries: Entries): string {
  const verbs = entries.map(([verb, { summary }]) => `    ${quoted(`${verb}:${summary}`)}`);
  const options = entries.map(([verb, { flags }]) => `      ${verb}) options=(${longNames(flags).join(" ")}) ;;`);
  const words = Object.entries(WORDS).map(([path, list]) => `    "${path}") compadd -- ${list}; return ;;`);
  return `#compdef ghost
# zsh completion of ghost
_ghost_asked() {
  compadd -- \${(f)"$(ghost complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)"}
}
_ghost() {
  local -a verbs options names
  verbs=(
${verbs.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  case "$words[2]:$words[CURRENT-1]" in
${values().join("\n")}
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
    ${ASKS.join("|")}) _ghost_asked ;|
    ${TAKES_NAMES.join("|")})
      names=(\${(f)"$(ghost list --quiet 2>/dev/null)"})
      compadd -- all $names \${names##*/} ;|
    ${TAKES_FILES.join("|")}) _files ;;
    ${TAKES_FOLDERS.join("|")}) _files -/ ;;
  esac
}
if [[ "$funcstack[1]" == _ghost ]]; then _ghost "$@"; else compdef _ghost ghost; fi`;
}

function values(): string[] {
  const fixed = FIXED_VALUES.map(({ verb, long, words }) => `    ${verb}:--${long}) compadd -- ${words}; return ;;`);
  const asked = ASKED_VALUES.map(({ verb, long, short, archives }) => {
    const option = [`${verb}:--${long}`, ...(short ? [`${verb}:-${short}`] : [])].join("|");
    return `    ${option}) _ghost_asked; ${archives ? "_path_files -/; _path_files -g '*.(tar.gz|tgz|tar)'; " : ""}return ;;`;
  });
  return [...asked, ...fixed];
}
