import { test } from "uvu";
import * as assert from "uvu/assert";
import { Writers } from "./writers.ts";

const clients = (...names: string[]): Set<string> => new Set(names);

test("at the beginning nobody is waited for", () => {
  assert.not(new Writers<string>().areMissing(clients("a")));
});

test("two thirds of those of the last two turns are waited for", () => {
  const writers = new Writers<string>();
  writers.remember(clients("a", "b", "c"));
  writers.remember(clients("c", "d"));
  assert.ok(writers.areMissing(clients("a", "b")));
  assert.not(writers.areMissing(clients("a", "b", "c")));
  writers.remember(clients("e", "f", "g", "h"));
  writers.remember(clients("e", "f", "g", "h"));
  assert.not(writers.areMissing(clients("e", "f", "g", "h")));
});

test("few are not waited for", () => {
  const writers = new Writers<string>();
  writers.remember(clients("a", "b", "c"));
  assert.not(writers.areMissing(clients("a")));
});

test.run();
