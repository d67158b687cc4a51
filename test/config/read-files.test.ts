import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Diagnostic } from "../../core/config/diagnostics.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type ReadManifest, readManifest } from "../../runtime/config/read-files.ts";
import { readNodeConfiguration } from "../../runtime/config/read-node-file.ts";

const test = suite<{ directory: string }>("files on disk");

test.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), "ghost-config-"));
});
test.after.each((context) => rmSync(context.directory, { recursive: true, force: true }));

function write(path: string, text: string | Uint8Array, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function read(directory: string, paths: readonly string[] = [], path = `${directory}/bin:/usr/bin:/bin`): Promise<ReadManifest> {
  return readManifest(paths, { directory, environment: { PATH: path, HOME: directory } });
}

async function failure(promise: Promise<unknown>): Promise<GhostError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.instance(error, GhostError);
  return error as GhostError;
}

function diagnosticsOf(error: GhostError): readonly Diagnostic[] {
  return (error.details?.diagnostics ?? []) as Diagnostic[];
}

/** A pipe into which nobody writes. */
function fifo(path: string): string {
  execFileSync("mkfifo", [path]);
  return path;
}

test("the folder's own file is found by any of its names, and relative paths are the folder's", async ({ directory }) => {
  for (const name of ["processes.json", "processes.yml", "processes.yaml"]) {
    write(join(directory, name), '{ "processes": { "a": { "command": "sleep 5" } } }');
    const { manifest, warnings } = await read(directory);
    assert.is(manifest.id, join(directory, name));
    assert.equal(warnings, []);
  }
  write(join(directory, "sub/other.yaml"), "processes: { b: { executable: sleep } }");
  const { manifest } = await read(directory, ["processes.yaml", "sub/other.yaml"]);
  assert.equal(
    manifest.processes.map((process) => process.name),
    ["a", "b"],
  );
});

test("without a file the names that were looked for are told", async ({ directory }) => {
  const error = await failure(read(directory));
  assert.is(error.code, "CONFIG_NOT_FOUND");
  assert.match(error.hint ?? "", /processes\.yaml, processes\.yml, processes\.json.*ghost start PROGRAM/);
});

test("what cannot be read is told with the remedy", async ({ directory }) => {
  const cases: [string, string, RegExp][] = [
    ["nope.yaml", "CONFIG_NOT_FOUND", /no such file/],
    [`${write(join(directory, "file"), "")}/x`, "CONFIG_NOT_FOUND", /no such file/],
    [directory, "CONFIG_INVALID", /it is a directory/],
    [fifo(join(directory, "fifo")), "CONFIG_INVALID", /not a regular file/],
    ["/dev/null", "CONFIG_INVALID", /not a regular file/],
    [write(join(directory, "big.yaml"), "#".repeat(5_000_000)), "CONFIG_INVALID", /too large \(4\.8 MiB/],
    [write(join(directory, "latin.yaml"), Uint8Array.of(0x61, 0xff, 0xfe)), "CONFIG_INVALID", /not UTF-8/],
  ];
  symlinkSync("loop.yaml", join(directory, "loop.yaml"));
  cases.push(["loop.yaml", "CONFIG_INVALID", /symbolic links lead in a circle/]);
  cases.push([`${"x".repeat(300)}.yaml`, "CONFIG_INVALID", /longer than this system allows/]);
  if (process.platform === "linux") cases.push(["/proc/self/mem", "CONFIG_INVALID", /input\/output error/]);
  if (process.getuid?.() !== 0) cases.push([write(join(directory, "secret.yaml"), "", 0), "CONFIG_INVALID", /no permission/]);
  for (const [path, code, message] of cases) {
    const error = await failure(read(directory, [path]));
    assert.is(error.code, code, path);
    assert.match(error.message, message);
    assert.ok(error.hint);
  }
});

test("the first error is the message, and the details hold all", async ({ directory }) => {
  const path = write(
    join(directory, "processes.yaml"),
    "processes:\n  - { name: a, executable: sleep, nice: 99 }\n  - { name: a/b, executable: sleep }\n",
  );
  const error = await failure(read(directory));
  assert.is(error.code, "CONFIG_INVALID");
  assert.match(error.message, `${path}:2:41: cannot use "99" as nice of a`);
  assert.is(diagnosticsOf(error).length, 2);
});

test("a directory that does not exist is an error with its line, and the near one is suggested", async ({ directory }) => {
  mkdirSync(join(directory, "services"));
  write(join(directory, "plain"), "");
  write(
    join(directory, "processes.yaml"),
    "processes:\n  - name: a\n    executable: sleep\n    cwd: servces\n  - name: b\n    executable: sleep\n    cwd: plain\n",
  );
  const [first, second] = diagnosticsOf(await failure(read(directory)));
  assert.equal([first?.line, first?.column], [4, 10]);
  assert.match(first?.message ?? "", /there is no such directory/);
  assert.match(first?.hint ?? "", `did you mean ${directory}/services?`);
  assert.match(second?.message ?? "", /it is not a directory/);
});

test("an executable that is missing or not runnable is an error with its line", async ({ directory }) => {
  write(join(directory, "bin/my-server"), "#!/bin/sh\n", 0o755);
  write(join(directory, "notes.txt"), "");
  const lines = ["my-servr", "./nope", "./notes.txt", ".", "sleep 5", "/nowhere/x"];
  write(
    join(directory, "processes.yaml"),
    `processes:\n${lines.map((line, index) => `  p${index}:\n    executable: ${line}\n`).join("")}  sh:\n    command: nonsense | x\n    shell: true\n`,
  );
  const diagnostics = diagnosticsOf(await failure(read(directory)));
  assert.equal(
    diagnostics.map((diagnostic) => diagnostic.line),
    [3, 5, 7, 9, 11, 13],
  );
  const said = diagnostics.map((diagnostic) => `${diagnostic.message} (${diagnostic.hint})`);
  const patterns = [
    /my-servr as p0: it is not in PATH \(did you mean my-server\?/,
    /no such file/,
    /not executable \(chmod \+x/,
    /./,
    /`command: …`/,
    /no such file/,
  ];
  for (const [index, pattern] of patterns.entries()) assert.match(said[index] ?? "", pattern);
});

test("what a health check runs and matches is looked at, too", async ({ directory }) => {
  write(
    join(directory, "processes.yaml"),
    `processes:
  a: { executable: sleep, health_check: { exec: "no-such-probe -x" } }
  b: { executable: sleep, health_check: { exec: "no-such-probe | cat" } }
  c: { executable: sleep, health_check: { log: "rea(dy" } }
  d: { executable: sleep, health_check: { http: { url: "http://127.0.0.1/", body: "(?=x)" } } }
  e: { executable: sleep, health_check: { log: "(?i)ready" } }
`,
  );
  const told = diagnosticsOf(await failure(read(directory))).map(({ line, message }) => `${line}: ${message}`);
  assert.is(told.length, 3, told.join("\n"));
  assert.match(told[0] ?? "", /^2: cannot run no-such-probe as health_check.exec of a: /);
  assert.match(told[1] ?? "", /^4: cannot use "rea\(dy" as health_check.log of c: missing closing \)/);
  assert.match(told[2] ?? "", /^5: cannot use "\(\?=x\)" as health_check.http of d: /);
});

test("a path with a slash is looked for in the working directory, then beside the file", async ({ directory }) => {
  write(join(directory, "run"), "#!/bin/sh\n", 0o755);
  mkdirSync(join(directory, "sub"));
  write(join(directory, "processes.yaml"), "processes: { a: { executable: ./run, cwd: sub } }");
  assert.is((await read(directory)).manifest.processes[0]?.executable, "./run");
});

test("env files and value files may come later: a warning; what is wrong inside is an error", async ({ directory }) => {
  const path = write(
    join(directory, "processes.yaml"),
    "processes:\n  a:\n    executable: sleep\n    env_file: .env\n    environment: { K: { from_file: k } }\n",
  );
  const { warnings } = await read(directory);
  assert.equal(
    warnings.map(({ severity, file, line }) => [severity, file, line]),
    [
      ["warning", path, 4],
      ["warning", path, 5],
    ],
  );
  const envFile = write(join(directory, ".env"), "A=1\nnonsense\n");
  write(join(directory, "k"), "v");
  const error = await failure(read(directory));
  assert.match(error.message, `${envFile}:2:1: cannot read this line`);
});

test("python becomes python3, with a warning, only where there is no python", async ({ directory }) => {
  const bin = join(directory, "bin");
  write(join(bin, "python3"), "#!/bin/sh\n", 0o755);
  write(join(directory, "processes.yaml"), "processes: { a: { executable: python, args: app.py } }");
  const replaced = await read(directory, [], bin);
  assert.is(replaced.manifest.processes[0]?.executable, "python3");
  assert.match(replaced.warnings[0]?.message ?? "", /python is not in PATH/);
  write(join(bin, "python"), "#!/bin/sh\n", 0o755);
  const kept = await read(directory, [], bin);
  assert.equal([kept.manifest.processes[0]?.executable, kept.warnings], ["python", []]);
});

test("the node's file is read from its home, or the defaults hold", async ({ directory }) => {
  assert.is((await readNodeConfiguration(directory, {})).configuration.monitoring.intervalMs, 5000);
  const path = write(join(directory, ".ghost.yaml"), "monitoring: { interval: 1s }");
  assert.is((await readNodeConfiguration(directory, {})).configuration.monitoring.intervalMs, 1000);
  write(path, "monitoring: { interval: 1 }");
  const error = await failure(readNodeConfiguration(directory, {}));
  assert.is(error.code, "CONFIG_INVALID");
  assert.match(error.message, `${path}:1:25:`);
});

test.run();
