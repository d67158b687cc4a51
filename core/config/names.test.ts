import { test } from "uvu";
import * as assert from "uvu/assert";
import { nameProblem, sanitizeName, variableNameProblem } from "./names.ts";
import { baseName, directoryOf, expandHome, resolvePath } from "./posix-path.ts";
import { signalName } from "./signals.ts";
import { nearest } from "./suggest.ts";

for (const name of ["api", "a", "API_2", "my-app", "-x", "x".repeat(64)])
  test(`${name} is a name`, () => assert.is(nameProblem(name), null));
for (const name of ["", "all", "a/b", "a b", "a.b", "a:0", "é", "*", "x".repeat(65)])
  test(`"${name}" is no name`, () => assert.ok(nameProblem(name)));

const SANITIZED: [string, string][] = [
  ["My App/2", "My-App-2"],
  ["a.js", "a-js"],
  ["--", "default"],
  ["", "default"],
  ["all", "default"],
  ["é", "default"],
  ["x".repeat(80), "x".repeat(64)],
];
for (const [text, name] of SANITIZED) test(`"${text}" becomes ${name}`, () => assert.is(sanitizeName(text), name));

test("names of variables have no blanks, no = and no control characters", () => {
  for (const name of ["PATH", "a.b", "X-1"]) assert.is(variableNameProblem(name), null);
  for (const name of ["", "A B", "A=B", "A\u0000"]) assert.ok(variableNameProblem(name));
});

test("signals are known by name in any case, with and without SIG", () => {
  assert.is(signalName("SIGTERM"), "SIGTERM");
  assert.is(signalName("hup"), "SIGHUP");
  assert.is(signalName("9"), null);
  assert.is(signalName("SIGFOO"), null);
});

test("the nearest word is told only when it is near", () => {
  const words = ["restart", "executable", "working_directory", "env_file"];
  assert.is(nearest("restrat", words), "restart");
  assert.is(nearest("workingDirectory", words), "working_directory");
  assert.is(nearest("env-file", words), "env_file");
  assert.is(nearest("banana", words), null);
  assert.is(nearest("x".repeat(100_000), words), null);
});

test("paths are resolved without the file system", () => {
  assert.is(resolvePath("/a/b", "../c/./d/"), "/a/c/d");
  assert.is(resolvePath("/a", "/x//y"), "/x/y");
  assert.is(resolvePath("/", "../.."), "/");
  assert.is(directoryOf("/a/b.yaml"), "/a");
  assert.is(directoryOf("/b.yaml"), "/");
  assert.is(baseName("/a/b.yaml"), "b.yaml");
  assert.is(expandHome("~/x", "/home/me"), "/home/me/x");
  assert.is(expandHome("~", "/home/me"), "/home/me");
  assert.is(expandHome("~other/x", "/home/me"), "~other/x");
  assert.is(expandHome("~/x", undefined), "~/x");
});

test.run();
