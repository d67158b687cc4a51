import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../core/errors/ghost-error.ts";
import { type Arguments, findVerb, parseArguments, parsePlainArguments } from "./arguments.ts";
import type { Command } from "./command.ts";

const command: Command = {
  usage: "",
  summary: "",
  argumentsMax: 2,
  examples: [],
  flags: [
    { flags: "-n, --lines <N>", about: "" },
    { flags: "-f, --follow", about: "" },
    { flags: "--no-wait", about: "" },
  ],
  run: async () => 0,
};
const parse = (...words: string[]): Promise<Arguments> => parseArguments("try", command, words);
const problem = async (...words: string[]): Promise<GhostError> => {
  try {
    await parse(...words);
  } catch (error) {
    if (error instanceof GhostError) return error;
  }
  throw new Error(`${words.join(" ")} was accepted`);
};

test("finds the verb among options", async () => {
  assert.equal(findVerb(["--home", "/x", "--json", "list", "a"]), { verb: "list", rest: ["--home", "/x", "--json", "a"] });
  assert.is(findVerb(["--home=/x", "list"]).verb, "list");
  assert.is(findVerb(["--json"]).verb, null);
  assert.is(findVerb(["--", "list"]).verb, null);
});

test("takes options anywhere, long, short and joined, the last one winning", async () => {
  const { options, positional } = await parse("a", "-f", "--lines", "5", "b", "--lines=7");
  assert.equal(positional, ["a", "b"]);
  assert.is(options.follow, true);
  assert.is(options.lines, "7");
  assert.is(options.wait, true);
  assert.is((await parse("-fn", "5")).options.lines, "5");
  assert.is((await parse("--no-wait")).options.wait, false);
});

test("keeps numbers as they were typed", async () => {
  assert.equal((await parse("007", "1e3")).positional, ["007", "1e3"]);
  assert.is((await parse("--lines", "010")).options.lines, "010");
  assert.is((await parse("--home=42")).options.home, "42");
});

test("passes on what stands after --", async () => {
  const { positional, passed } = await parse("a", "--", "--port", "80", "--", "-x");
  assert.equal(positional, ["a"]);
  assert.equal(passed, ["--port", "80", "--", "-x"]);
});

test("refuses unknown options with the nearest known one", async () => {
  const error = await problem("--folow");
  assert.is(error.code, "USAGE");
  assert.match(error.message, "it has no option --folow");
  assert.match(error.hint ?? "", "did you mean --follow?");
  assert.match((await problem("-x")).message, "-x");
  assert.match((await problem("--no-wiat")).message, "wiat");
});

test("refuses a missing value and too many arguments", async () => {
  assert.match((await problem("--lines")).message, "needs a value");
  assert.match((await problem("--lines=")).message, "needs a value");
  assert.match((await problem("a", "b", "c")).message, "c is one argument too many");
});

test("reads lines of names and global flags without the parser, and to the same result", async () => {
  for (const words of [[], ["a", "b"], ["007"], ["--json", "a", "-q", "--home", "/x"], ["--quiet"]]) {
    const plain = parsePlainArguments(command, words);
    const { positional, options } = await parse(...words);
    assert.equal(plain?.positional, positional);
    for (const name of ["json", "quiet", "help", "home", "wait"]) assert.is(plain?.options[name] ?? false, options[name] ?? false, name);
  }
  for (const words of [["--follow"], ["-f"], ["--home"], ["--home=/x"], ["a", "b", "c"], ["--", "a"], ["--help"]])
    assert.is(parsePlainArguments(command, words), null);
});

test.run();
