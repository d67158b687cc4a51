import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../core/errors/ghost-error.ts";
import { findVerb, parseArguments } from "./arguments.ts";
import type { Command } from "./command.ts";

const command: Command = {
  usage: "", summary: "", argumentsMax: 2, examples: [],
  flags: [{ flags: "-n, --lines <N>", about: "" }, { flags: "-f, --follow", about: "" }, { flags: "--no-wait", about: "" }],
  run: async () => 0,
};
const parse = (...words: string[]) => parseArguments("try", command, words);
const problem = (...words: string[]): GhostError => {
  try {
    parse(...words);
  } catch (error) {
    if (error instanceof GhostError) return error;
  }
  throw new Error(`${words.join(" ")} was accepted`);
};

test("finds the verb among options", () => {
  assert.equal(findVerb(["--home", "/x", "--json", "list", "a"]), { verb: "list", rest: ["--home", "/x", "--json", "a"] });
  assert.is(findVerb(["--home=/x", "list"]).verb, "list");
  assert.is(findVerb(["--json"]).verb, null);
  assert.is(findVerb(["--", "list"]).verb, null);
});

test("takes options anywhere, long, short and joined, the last one winning", () => {
  const { options, positional } = parse("a", "-f", "--lines", "5", "b", "--lines=7");
  assert.equal(positional, ["a", "b"]);
  assert.is(options.follow, true);
  assert.is(options.lines, "7");
  assert.is(options.wait, true);
  assert.is(parse("-fn", "5").options.lines, "5");
  assert.is(parse("--no-wait").options.wait, false);
});

test("keeps numbers as they were typed", () => {
  assert.equal(parse("007", "1e3").positional, ["007", "1e3"]);
  assert.is(parse("--lines", "010").options.lines, "010");
  assert.is(parse("--home=42").options.home, "42");
});

test("passes on what stands after --", () => {
  const { positional, passed } = parse("a", "--", "--port", "80", "--", "-x");
  assert.equal(positional, ["a"]);
  assert.equal(passed, ["--port", "80", "--", "-x"]);
});

test("refuses unknown options with the nearest known one", () => {
  const error = problem("--folow");
  assert.is(error.code, "USAGE");
  assert.match(error.message, "it has no option --folow");
  assert.match(error.hint ?? "", "did you mean --follow?");
  assert.match(problem("-x").message, "-x");
  assert.match(problem("--no-wiat").message, "wiat");
});

test("refuses a missing value and too many arguments", () => {
  assert.match(problem("--lines").message, "needs a value");
  assert.match(problem("--lines=").message, "needs a value");
  assert.match(problem("a", "b", "c").message, "c is one argument too many");
});

test.run();
