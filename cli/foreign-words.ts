/** Commands of other tools (PM2, supervisorctl, systemctl, process-compose, docker) and what does the same here. */
const COMMANDS: Readonly<Record<string, string>> = {
  ...same(["ps", "ls", "l", "jlist", "prettylist"], "ghost list"),
  ...same(["rm", "remove", "del", "unregister"], "ghost delete NAME"),
  ...same(["kill"], "ghost stop NAME --force, or ghost signal NAME SIGNAL"),
  ...same(["top", "monit", "dash", "dashboard"], "ghost monitor"),
  ...same(["tail", "attach"], "ghost logs NAME -f"),
  ...same(["log"], "ghost logs"),
  ...same(
    ["flush", "reloadLogs", "logrotate"],
    "nothing is needed: logs rotate at logs.max_size and keep logs.max_files; ghost logs NAME shows them",
  ),
  ...same(["reread", "update", "apply", "add", "daemon-reload"], "ghost register FILE; ghost plan FILE shows what it would change"),
  ...same(["validate", "check", "config"], "ghost plan FILE"),
  ...same(["save", "dump", "resurrect"], "nothing is needed: what is registered is kept, and what ran runs again when the daemon starts"),
  ...same(["startup", "enable"], "ghost daemon install"),
  ...same(["unstartup", "disable"], "ghost daemon uninstall"),
  ...same(["describe", "desc", "show", "info", "inspect", "is-active"], "ghost status NAME"),
  ...same(["shutdown", "quit"], "ghost daemon stop"),
  ...same(["history", "events", "journal"], "ghost why"),
  ...same(["run", "exec"], "ghost start PROGRAM -- ARGUMENT…"),
  ...same(["new", "generate", "scaffold"], "ghost create NAME"),
  ...same(
    ["init", "ecosystem"],
    "ghost create NAME makes an app; for other programs write a processes.yaml (ghost schema describes it to your editor), or ghost import FILE",
  ),
  ...same(["sendSignal"], "ghost signal NAME SIGNAL"),
};

/** What to type here instead of a command of another tool; null for a word that none has. */
export function hintForForeignCommand(word: string): string | null {
  return Object.hasOwn(COMMANDS, word) ? (COMMANDS[word] ?? null) : null;
}

function same(words: readonly string[], hint: string): Record<string, string> {
  return Object.fromEntries(words.map((word) => [word, hint]));
}
