import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../errors/ghost-error.ts";
import { definitionForProgram } from "./from-program.ts";
import { type ScriptRuntime, stripsTypes } from "./script-runtime.ts";

function made(
  file: string,
  onPath: readonly string[],
  more: { name?: string; args?: readonly string[]; nodeVersion?: () => string; own?: () => ScriptRuntime } = {},
): ReturnType<typeof definitionForProgram> {
  return definitionForProgram({
    file,
    args: [],
    directory: "/srv/my app",
    environment: { PATH: "/bin", HOME: "/home/me" },
    isOnPath: (name) => onPath.includes(name),
    nodeVersion: () => "v24.1.0",
    ...more,
  });
}

const RUNTIMES: [string, string[], string[], string][] = [
  ["app.js", ["node", "bun"], ["node", "/srv/my app/app.js"], "app.js is run by node"],
  ["app.mjs", ["bun"], ["bun", "/srv/my app/app.mjs"], "app.mjs is run by bun"],
  ["lib/app.cjs", ["node"], ["node", "/srv/my app/lib/app.cjs"], "app.cjs is run by node"],
  ["app.ts", ["node", "bun"], ["bun", "/srv/my app/app.ts"], "app.ts is run by bun"],
  ["app.ts", ["node", "tsx", "deno"], ["deno", "run", "-A", "/srv/my app/app.ts"], "app.ts is run by deno"],
  ["app.cts", ["node", "tsx"], ["tsx", "/srv/my app/app.cts"], "app.cts is run by tsx"],
  ["app.ts", ["node"], ["node", "/srv/my app/app.ts"], "app.ts is run by node"],
  ["app.PY", ["python3"], ["python3", "/srv/my app/app.PY"], "app.PY is run by python3"],
  ["./run.sh", ["sh"], ["/srv/my app/run.sh"], "run.sh is executed"],
  ["/usr/bin/redis-server", [], ["/usr/bin/redis-server"], "redis-server is executed"],
  ["~/bin/x", [], ["/home/me/bin/x"], "x is executed"],
  ["a.constructor", [], ["/srv/my app/a.constructor"], "a.constructor is executed"],
];
test("this very program runs what no runtime in PATH does, but no Python", () => {
  const own = () => ({ name: "ghost itself", words: ["/ghost", "run"], environment: { BE: "1" } });
  const { manifest, says } = made("app.ts", [], { own });
  const [definition] = manifest.processes;
  assert.equal([definition?.executable, definition?.args, definition?.environment], ["/ghost", ["run", "/srv/my app/app.ts"], { BE: "1" }]);
  assert.is(says, "app.ts is run by ghost itself");
  assert.is(made("app.js", ["node"], { own }).says, "app.js is run by node");
  assert.throws(() => made("app.py", [], { own }), /neither python3 nor python/);
});

for (const [file, onPath, command, says] of RUNTIMES) {
  test(`${file} with ${onPath.join(" and ") || "no runtime"} in PATH`, () => {
    const { manifest, says: said } = made(file, onPath);
    const [definition] = manifest.processes;
    assert.equal([definition?.executable, ...(definition?.args ?? [])], command);
    assert.is(said, says);
  });
}

test("a file that nothing here can run is refused, with what would do", () => {
  const refusal = (file: string, onPath: string[], version = "v20.20.2"): GhostError => {
    try {
      made(file, onPath, { nodeVersion: () => version });
    } catch (error) {
      if (error instanceof GhostError) return error;
    }
    throw new Error(`${file} was accepted`);
  };
  const old = refusal("app.ts", ["node"]);
  assert.is(old.code, "EXECUTABLE_NOT_FOUND");
  assert.is(old.message, "cannot start app.ts: neither bun, deno nor tsx is in PATH, and node v20.20.2 does not run it");
  assert.match(old.hint ?? "", /22\.18/);
  assert.is(refusal("app.mts", []).message, "cannot start app.mts: neither bun, deno nor tsx is in PATH");
  assert.is(refusal("app.py", []).message, "cannot start app.py: neither python3 nor python is in PATH");
});

test("Node strips types by itself from 22.18 and 23.6 on", () => {
  for (const version of ["v22.18.0", "v22.20.1", "v23.6.0", "v24.0.0", "26.1.0"]) assert.ok(stripsTypes(version), version);
  for (const version of ["v20.20.2", "v22.17.9", "v23.5.0", "", "v18.99.0"]) assert.not(stripsTypes(version), version);
});

test("a program is a service that is always restarted, in the folder of the command", () => {
  const { manifest } = made("app.js", ["node"], { args: ["--port", "1"] });
  const [definition] = manifest.processes;
  assert.equal([manifest.id, manifest.project, manifest.path, manifest.files], ["program:/srv/my app/app.js:app", "my-app", "/bin", []]);
  assert.equal(
    [definition?.name, definition?.type, definition?.restart.policy, definition?.workingDirectory, definition?.source],
    ["app", "service", "always", "/srv/my app", null],
  );
  assert.equal(definition?.args, ["/srv/my app/app.js", "--port", "1"]);
});

test("the name is the file's without its ending, or the one given", () => {
  const names = (file: string, name?: string): string | undefined => made(file, ["node"], { name }).manifest.processes[0]?.name;
  assert.equal([names("my app.v2.js"), names(".hidden"), names("all.sh"), names("x.js", "web")], ["my-app-v2", "hidden", "program", "web"]);
});

test.run();
