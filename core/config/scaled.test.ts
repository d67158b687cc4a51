import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessDefinition } from "./definition.ts";
import { definitionOf } from "./from-program.ts";
import { keepScale, scaledTo } from "./scaled.ts";

const declare = (instances: number, type: ProcessDefinition["type"] = "service"): ProcessDefinition => ({
  ...definitionOf("a", "p", "/", ["/bin/true"]),
  type,
  instances,
});
const numbers = ({ instances, scaledFrom }: ProcessDefinition) => [instances, scaledFrom];

test("what is scaled knows how many its file asks for, until that is as many as there are", () => {
  assert.equal(numbers(scaledTo(declare(1), 3)), [3, 1]);
  assert.equal(numbers(scaledTo(scaledTo(declare(1), 3), 4)), [4, 1]);
  assert.equal(numbers(scaledTo(scaledTo(declare(1), 3), 1)), [1, undefined]);
  assert.not("scaledFrom" in scaledTo(declare(2), 2));
});

test("a file that asks for as many as before keeps the scale, any other number ends it", () => {
  const scaled = scaledTo(declare(1), 3);
  assert.equal(numbers(keepScale(declare(1), scaled)), [3, 1]);
  assert.equal(numbers(keepScale(keepScale(declare(1), scaled), scaled)), [3, 1]);
  assert.equal(numbers(keepScale(declare(2), scaled)), [2, undefined]);
  assert.equal(numbers(keepScale(declare(1), declare(2))), [1, undefined]);
  assert.equal(numbers(keepScale(declare(1), undefined)), [1, undefined]);
  assert.equal(numbers(keepScale(declare(1, "oneshot"), scaled)), [1, undefined]);
});

test.run();
