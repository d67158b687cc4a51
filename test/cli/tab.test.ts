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
/** Completes as ever, and else shows the words that it would get. */
const SHOWS = `ghost() { if [[ -n "$COMP_LINE" ]]; then command ghost "$@"; else printf got; printf '<%s>' "$@"; echo; fi; }`;

/** What ghost gets of lines that were typed in a bash, each with TAB and Enter at its end. */
async function typed(home: Home, env: Record<string, string>, lines: readonly string[]): Promise<string[]> {
  home.write(".inputrc", "set bell-style none\n");
  home.write(".bashrc", `PS1='${PROMPT}'; eval "$(ghost completions bash)"\n${SHOWS}\n`);
  const { stdout } = await anyOnTerminal(home, ["bash", "--rcfile", join(home.work, ".bashrc"), "-i"], {
    columns: 1_000,
    steps: [...lines.map((line) => `ghost ${line}\t\r`), "exit\r"].map((keys) => [PROMPT, keys]),
    env: { ...env, TERM: "dumb", INPUTRC: join(home.work, ".inputrc"), HISTFILE: "" },
  });
  return [...stdout.replaceAll("\r", "").matchAll(/got(<.*>)$/gm)].map(([, words = ""]) => words);
}

const shown = (words: readonly string[]): string => words.map((word) => `<${word}>`).join("");
const why = needs("bash") || needs("python3");

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
  ["create x --template app", ["create", "x", "--template", "app"]],
];

test.unless(why, "TAB in bash completes names as names and files as files, where an app lies in the folder", async () => {
  await using home = makeHome();
  const env = { ...withGhostInPath(home), HOME: join(home.work, "person") };
  await home.ok(["create", "svc", "--template", "service"]);
  for (const file of ["sp ace.ts", "app.ts", "basket.ts", "sets/.keep", "old.tar.gz", "person/tilde.ts"]) home.write(file, "");
  const seen = await typed(
    home,
    env,
    LINES.map(([line]) => line),
  );
  assert.equal(
    seen,
    LINES.map(([, words]) => shown(words.map((word) => word.replace("HOME", env.HOME)))),
  );
});

test.unless(why, "TAB in bash takes a name of the hub for no folder and no code", async () => {
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
  const isSo = async () => JSON.stringify((seen = await typed(home, env, lines))) === JSON.stringify(expected);
  await waitFor(isSo, { what: "what TAB completes", seen: () => seen.join("\n") });
  assert.not(existsSync(join(home.work, "made")));
});

test.run();
