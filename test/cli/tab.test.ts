import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { connectHub, hubSocket } from "../hub/asking.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { withGhostInPath } from "./ghost-in-path.ts";
import { anyOnTerminal } from "./on-terminal.ts";

const PROMPT = "ready> ";
/** How a shell is started, what it reads first, and the key that has it show the words that ghost would get. */
interface Shell {
  readonly argv: readonly string[];
  readonly file: string;
  readonly text: string;
  readonly shows: string;
}

const BASH: Shell = {
  argv: ["bash", "--rcfile", ".bashrc", "-i"],
  file: ".bashrc",
  text: `PS1='${PROMPT}'; eval "$(ghost completions bash)"
ghost() { if [[ -n "$COMP_LINE" ]]; then command ghost "$@"; else printf got; printf '<%s>' "$@"; echo; fi; }`,
  shows: "\r",
};
const ZSH: Shell = {
  argv: ["zsh", "-i"],
  file: ".zshrc",
  text: `PS1='${PROMPT}'; unsetopt prompt_sp prompt_cr; autoload -U compinit; compinit -u -D; eval "$(ghost completions zsh)"
shows() { printf got; printf '<%s>' "$@"; echo }
show-line() { BUFFER="shows \${BUFFER#ghost }"; zle accept-line }
zle -N show-line; bindkey '^O' show-line`,
  shows: "\u000f",
};

/** What ghost gets of lines that were typed in a shell, each with TAB and Enter at its end. */
async function typed(home: Home, env: Record<string, string>, shell: Shell, lines: readonly string[]): Promise<string[]> {
  home.write(".inputrc", "set bell-style none\n");
  home.write(shell.file, `${shell.text}\n`);
  const { stdout } = await anyOnTerminal(home, shell.argv, {
    columns: 1_000,
    steps: [...lines.map((line) => `ghost ${line}\t${shell.shows}`), "exit\r"].map((keys) => [PROMPT, keys]),
    env: { ...env, TERM: "dumb", INPUTRC: join(home.work, ".inputrc"), ZDOTDIR: home.work, HISTFILE: "" },
  });
  return [...stdout.replaceAll("\r", "").matchAll(/got(<.*>)$/gm)].map(([, words = ""]) => words);
}

const shown = (words: readonly string[]): string => words.map((word) => `<${word}>`).join("");

/** Lines before TAB, and the words that they become, in the folder where the app svc was made. */
const LINES: [string, string[]][] = [
  ["metrics sv", ["metrics", "svc"]],
  ["stop sv", ["stop", "svc"]],
  ["logs ghosts/sv", ["logs", "ghosts/svc"]],
  ["start sv", ["start", "svc"]],
  ["run sv", ["run", "svc"]],
  ["run svc/.gh", ["run", "svc/.ghost.yaml"]],
  ["sdk update sv", ["sdk", "update", "svc"]],
  ["run al", ["run", "al"]],
  ["start sp", ["start", "sp ace.ts"]],
  ["start sp\\ a", ["start", "sp ace.ts"]],
  ['start "sp a', ["start", "sp ace.ts"]],
  ["start ~/ti", ["start", "HOME/tilde.ts"]],
  ["data backup sp", ["data", "backup", "sp ace.ts"]],
  ["create x --template bas", ["create", "x", "--template", "basic"]],
  ["create x --template set", ["create", "x", "--template", "sets/"]],
  ["create x --template old", ["create", "x", "--template", "old.tar.gz"]],
  ["create x --template sets/in", ["create", "x", "--template", "sets/inner.tgz"]],
  ["saga list --state pa", ["saga", "list", "--state", "parked"]],
  ["create x --template app", ["create", "x", "--template", "app"]],
];

for (const [name, shell] of [
  ["bash", BASH],
  ["zsh", ZSH],
] as const)
  test.unless(
    needs(name) || needs("python3"),
    `TAB in ${name} completes names as names and files as files, where an app lies in the folder`,
    async () => {
      await using home = makeHome();
      const env = { ...withGhostInPath(home), HOME: join(home.work, "person") };
      await home.ok(["create", "svc", "--template", "service"]);
      for (const file of ["sp ace.ts", "app.ts", "basket.ts", "sets/inner.tgz", "old.tar.gz", "person/tilde.ts"]) home.write(file, "");
      const lines = LINES.map(([line]) => line);
      const expected = LINES.map(([, words]) => shown(words.map((word) => word.replace("HOME", env.HOME))));
      assert.equal(await typed(home, env, shell, lines), expected);
    },
  );

test.unless(needs("bash") || needs("python3"), "TAB in bash takes a name of the hub for no folder and no code", async () => {
  await using home = makeHome();
  const env = withGhostInPath(home);
  home.write("svc/.keep", "");
  await home.ok(["hub", "start"]);
  using hub = await connectHub(hubSocket(home));
  await hub.ask("MSET", "$(touch${IFS}made)", "1", "user:7", "1");
  await hub.ask("GHOST.NAMESPACE", "svc");
  await hub.ask("SET", "a", "1");
  const lines = ["data get $", "data get \\$", "data get use", "data get user:", "data scan --namespace sv"];
  const expected = [
    ["data", "get", "$(touch${IFS}made)"],
    ["data", "get", "$(touch${IFS}made)"],
    ["data", "get", "user:7"],
    ["data", "get", "user:7"],
    ["data", "scan", "--namespace", "svc"],
  ].map(shown);
  // On a machine with much to do the hub may answer too late, and then nothing is offered.
  let seen: string[] = [];
  const isSo = async () => JSON.stringify((seen = await typed(home, env, BASH, lines))) === JSON.stringify(expected);
  await waitFor(isSo, { what: "what TAB completes", seen: () => seen.join("\n") });
  assert.not(existsSync(join(home.work, "made")));
});

test.run();
