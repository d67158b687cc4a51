import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { stableProgram } from "./program.ts";

const INSTALLED = "/home/ann/.ghost/bin/ghost";

/** A file system in which these paths lead to these files. */
function choose(self: readonly string[], links: Readonly<Record<string, string>>, isSingleFile = self.length === 1) {
  return stableProgram({ self, isSingleFile, installed: [INSTALLED], resolve: (path) => links[path] ?? null });
}

test("the binary is named as it is installed", () => {
  const links = { [INSTALLED]: "/opt/ghost-1.2/ghost", "/opt/ghost-1.2/ghost": "/opt/ghost-1.2/ghost" };
  assert.equal(choose(["/opt/ghost-1.2/ghost"], links), { command: [INSTALLED], warnings: [] });
});

test("another binary than the installed one is taken as it is", () => {
  const links = { [INSTALLED]: INSTALLED, "/usr/local/bin/ghost": "/usr/local/bin/ghost" };
  assert.equal(choose(["/usr/local/bin/ghost"], links), { command: ["/usr/local/bin/ghost"], warnings: [] });
});

test("a script gives way to the installed binary, or to the one beside it", () => {
  const self = [
    "/home/ann/.nvm/versions/node/v22.1.0/bin/node",
    "/home/ann/.nvm/versions/node/v22.1.0/lib/node_modules/ghost/dist/ghost.js",
  ];
  const installed = choose(self, { [INSTALLED]: INSTALLED });
  assert.equal(installed.command, [INSTALLED]);
  assert.match(installed.warnings[0] ?? "", /instead of/);
  const beside = (self[1] as string).replace(".js", "");
  assert.equal(choose(self, { [beside]: beside }).command, [beside]);
});

for (const [manager, runtime] of [
  ["nvm", "/home/ann/.nvm/versions/node/v22.1.0/bin/node"],
  ["fnm", "/home/ann/.local/share/fnm/node-versions/v22.1.0/installation/bin/node"],
  ["asdf", "/home/ann/.asdf/installs/nodejs/22.1.0/bin/node"],
  ["mise", "/home/ann/.local/share/mise/installs/node/22/bin/node"],
  ["volta", "/home/ann/.volta/tools/image/node/22.1.0/bin/node"],
  ["Homebrew", "/opt/homebrew/Cellar/node/22.1.0/bin/node"],
] as const) {
  test(`a script that ${manager}'s runtime runs is installed with a warning`, () => {
    const { command, warnings } = choose([runtime, "/srv/ghost/dist/ghost.js"], {});
    assert.equal(command, [runtime, "/srv/ghost/dist/ghost.js"]);
    assert.match(warnings.join(), new RegExp(`which ${manager} takes away`));
  });
}

for (const path of [
  "/home/ann/.npm/_npx/0123abcd/node_modules/ghost/dist/ghost.js",
  "/home/ann/.cache/pnpm/dlx-1234/node_modules/ghost/dist/ghost.js",
  "/tmp/bunx-1000-ghost/node_modules/ghost/dist/ghost.js",
  "/run/user/1000/fnm_multishells/123_456/bin/ghost.js",
]) {
  test(`${path} is refused: it will not be there`, () => {
    assert.throws(
      () => choose(["/usr/bin/node", path], {}),
      (error: unknown) => error instanceof GhostError && error.code === "UNSUPPORTED" && /install\.sh/.test(error.hint ?? ""),
    );
  });
}

test.run();
