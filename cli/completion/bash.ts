import { SIGNALS } from "../../core/config/signals.ts";
import { GLOBAL_FLAGS } from "../command.ts";
import {
  ACTIONS_WITH_FILES,
  ASKED_VALUES,
  ASKS,
  type Entries,
  FIXED_VALUES,
  longNames,
  TAKES_FILES,
  TAKES_FOLDERS,
  TAKES_NAMES,
  WORDS,
} from "./words.ts";

/** What completes names: quoted, for bash quotes only what is marked as files, and would put a slash behind a name that a folder has, too. */
const NAMES = `_ghost_asked() {
  local name quoted colons=""
  words[\${#words[@]}-1]="\${word//\\\\/}"
  if [[ "$word" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then colons="\${word%"\${word##*:}"}"; fi
  while IFS= read -r name; do
    printf -v quoted %q "\${name#"$colons"}"
    COMPREPLY+=("$quoted")
  done < <(ghost complete -- "\${words[@]:1}" 2>/dev/null)
}
_ghost_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}`;

/** What completes files, behind names: bash is told that they are files where nothing else is offered; else they are quoted here. A file called as a name is that name. */
const FILES = `_ghost_files() {
  local file mark quoted plain=() marked=()
  while IFS= read -r file; do
    mark=""
    if [[ -d "\${file/#"~/"/"$HOME/"}" ]]; then mark=/; fi
    case "$1:$file$mark" in
      files:*|*:*/|archives:*.tar.gz|archives:*.tgz|archives:*.tar) ;;
      *) continue ;;
    esac
    printf -v quoted %q "$file"
    if [[ " \${COMPREPLY[*]} " == *" $quoted "* ]]; then continue; fi
    plain+=("$file")
    marked+=("$quoted$mark")
  done < <(compgen -f -- "$word")
  if [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o filenames 2>/dev/null; then
    COMPREPLY=("\${plain[@]}")
  else
    COMPREPLY+=("\${marked[@]}")
  fi
}`;

/** What finds the verb and the names before the word at the cursor. */
const LINE = `  local word="" verb="" named="" path="" options="" index words=(ghost)
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
  done`;

/** The script for bash, 4 or newer. */
export function bashScript(entries: Entries): string {
  const options = entries.map(([verb, { flags }]) => `    ${verb}) options="${longNames(flags).join(" ")}" ;;`);
  const words = Object.entries(WORDS).map(([path, list]) => `    "${path}") _ghost_words "${list}"; return ;;`);
  return `# bash completion of ghost
${NAMES}
${FILES}
_ghost() {
${LINE}
  case "$verb:\${words[\${#words[@]}-2]}" in
${values().join("\n")}
  esac
  if [[ "$word" == -* ]]; then
    case "$verb" in
${options.join("\n")}
    esac
    _ghost_words "$options ${longNames(GLOBAL_FLAGS).join(" ")}"
    return
  fi
  if [[ "$verb" == signal && -n "$named" ]]; then
    _ghost_words "${SIGNALS.join(" ")}"
    return
  fi
  case "$path" in
${words.join("\n")}
    ${ACTIONS_WITH_FILES.map((path) => `"${path}"`).join("|")}) _ghost_files files; return ;;
  esac
  case "$verb" in
    "") _ghost_words "${entries.map(([verb]) => verb).join(" ")}" ;;
    ${ASKS.join("|")}) _ghost_asked ;;&
    ${TAKES_NAMES.join("|")})
      _ghost_words "all $(ghost list --quiet 2>/dev/null | if [[ "$word" == */* ]]; then cat; else sed 's,.*/,,'; fi)" ;;&
    ${TAKES_FILES.join("|")}) _ghost_files files ;;
    ${TAKES_FOLDERS.join("|")}) _ghost_files folders ;;
  esac
}
complete -F _ghost ghost`;
}

function values(): string[] {
  const fixed = FIXED_VALUES.map(({ verb, long, words }) => `    ${verb}:--${long}) _ghost_words "${words}"; return ;;`);
  const asked = ASKED_VALUES.map(({ verb, long, short, archives }) => {
    const option = [`${verb}:--${long}`, ...(short ? [`${verb}:-${short}`] : [])].join("|");
    return `    ${option}) _ghost_asked; ${archives ? "_ghost_files archives; " : ""}return ;;`;
  });
  return [...asked, ...fixed];
}
