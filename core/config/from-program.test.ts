import { test } from "uvu";
import * as assert from "uvu/assert";
import { definitionForProgram } from "./from-program.ts";

function made(
  file: string,
  onPath: readonly string[],
  more: { name?: string; args?: readonly string[] } = {},
): ReturnType<typeof definitionForProgram> {
  return definitionForProgram({
    file,
    args: [],
    directory: "/srv/my app",
    environment: { PATH: "/bin", HOME: "/home/me" },
    isOnPath: (name) => onPath.includes(name),
    ...more,
  });
}

const RUNTIMES: [string, string[], string[], string][] = [
  ["app.js", ["node", "bun"], ["node", "/srv/my app/app.js"], "app.js is run by node"],
  ["app.mjs", ["bun"], ["bun", "/srv/my app/app.mjs"], "app.mjs is run by bun"],
  ["lib/app.cjs", [], ["node", "/srv/my app/lib/app.cjs"], "app.cjs is run by node"],
  ["app.ts", ["node", "bun"], ["bun", "/srv/my app/app.ts"], "app.ts is run by bun"],
  ["app.ts", ["node"], ["node", "/srv/my app/app.ts"], "app.ts is run by node"],
  ["app.PY", ["python3"], ["python3", "/srv/my app/app.PY"], "app.PY is run by python3"],
  ["./run.sh", ["sh"], ["/srv/my app/run.sh"], "run.sh is executed"],
  ["/usr/bin/redis-server", [], ["/usr/bin/redis-server"], "redis-server is executed"],
  ["~/bin/x", [], ["/home/me/bin/x"], "x is executed"],
  ["a.constructor", [], ["/srv/my app/a.constructor"], "a.constructor is executed"],
];
for (const [file, onPath, command, says] of RUNTIMES) {
  test(`${file} with ${onPath.join(" and ") || "no runtime"} in PATH`, () => {
    const { manifest, says: said } = made(file, onPath);
    const [definition] = manifest.processes;
    assert.equal([definition?.executable, ...(definition?.args ?? [])], command);
    assert.is(said, says);
  });
}

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
  const names = (file: string, name?: string): string | undefined => made(file, [], { name }).manifest.processes[0]?.name;
  assert.equal([names("my app.v2.js"), names(".hidden"), names("all.sh"), names("x.js", "web")], ["my-app-v2", "hidden", "program", "web"]);
});

test.run();
