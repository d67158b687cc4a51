import { symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

/** A home with one process, and `ghost` in PATH. */
async function prepared(): Promise<{ home: Home; env: Record<string, string> }> {
  const home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1 }\n");
  await home.ok(["register"]);
  const link = join(home.work, "bin", "ghost");
  home.write("bin/.keep", "");
  home.write("shop.db", "");
  if (GHOST.length === 1) symlinkSync(GHOST[0] ?? "", link);
  else home.write("bin/ghost", `#!/bin/sh\nexec ${GHOST.join(" ")} "$@"\n`, 0o755);
  return { home, env: { ...home.env, PATH: `${dirname(link)}:${home.env.PATH}` } };
}

const CASES: [string, string[]][] = [
  ["ghost sta", ["start", "status"]],
  ["ghost stop --f", ["--force"]],
  ["ghost stop ap", ["api"]],
  ["ghost status shop/", ["shop/api"]],
  ["ghost daemon r", ["restart"]],
  ["ghost hub to", ["token"]],
  ["ghost bus str", ["stream"]],
  ["ghost bus stream re", ["read"]],
  ["ghost data get s", [""]],
  ["ghost data backup sh", ["shop.db"]],
  ["ghost signal ap", ["api"]],
  ["ghost signal api SIGH", ["SIGHUP"]],
  ["ghost create shop --template bas", ["basic"]],
];

test.unless(needs("bash"), "bash completes commands, options and names", async () => {
  const { home, env } = await prepared();
  await using _ = home;
  for (const [line, expected] of CASES) {
    const script = `eval "$(ghost completions bash)"; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _ghost; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run(["bash", "-c", script], { cwd: home.work, env });
    assert.equal(stdout.trim().split("\n"), expected, line);
  }
});

test.unless(needs("fish"), "fish completes commands, options and names", async () => {
  const { home, env } = await prepared();
  await using _ = home;
  for (const [line, expected] of CASES) {
    const { stdout } = await run(["fish", "--no-config", "-c", `ghost completions fish | source; complete -C '${line}'`], {
      cwd: home.work,
      env,
    });
    assert.equal(
      stdout
        .trim()
        .split("\n")
        .map((each) => each.split("\t")[0]),
      expected,
      line,
    );
  }
});

test.unless(needs("zsh"), "zsh can read the script", async () => {
  const { home, env } = await prepared();
  await using _ = home;
  const { code, stderr } = await run(
    ["zsh", "-f", "-c", 'autoload -U compinit; compinit -u -D; eval "$(ghost completions zsh)"; (( $+functions[_ghost] ))'],
    { cwd: home.work, env },
  );
  assert.equal([code, stderr], [0, ""]);
});

test.run();
