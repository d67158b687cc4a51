import { test } from "uvu";
import * as assert from "uvu/assert";
import { findCycle, findCycleThrough, type Node, ranksOf, withNeeds } from "./order.ts";

const node = (key: string, ...needs: string[]): Node => ({ key, needs });
const stack = [
  node("nginx", "api"),
  node("api", "redis", "migrate"),
  node("migrate", "db"),
  node("db"),
  node("redis"),
  node("worker", "redis"),
];

test("ranks grow along the needs", () => {
  assert.equal([...ranksOf(stack)].sort(), [
    ["api", 2],
    ["db", 0],
    ["migrate", 1],
    ["nginx", 3],
    ["redis", 0],
    ["worker", 1],
  ]);
});

test("a need that is not there does not count", () => {
  assert.equal([...ranksOf([node("a", "gone")])], [["a", 0]]);
  assert.is(findCycle([node("a", "gone")]), null);
});

test("a circle is found with its path, and ranks end nevertheless", () => {
  const circle = [node("a", "b"), node("b", "c"), node("c", "a"), node("d", "a")];
  assert.equal(findCycle(circle), ["a", "b", "c", "a"]);
  assert.equal(findCycle([node("x", "x")]), ["x", "x"]);
  assert.is(ranksOf(circle).size, 4);
});

test("the circle that a node is in is found, and no other", () => {
  const nodes = [node("a", "b"), node("b", "c", "d"), node("c", "gone", "a"), node("d", "a"), node("e", "a"), node("x", "x")];
  assert.equal(findCycleThrough("a", nodes), ["a", "b", "c", "a"]);
  assert.equal(findCycleThrough("d", nodes), ["d", "a", "b", "d"]);
  assert.is(findCycleThrough("e", nodes), null);
  assert.equal(findCycleThrough("x", nodes), ["x", "x"]);
});

test("a chain of 10,000 takes no stack", () => {
  const chain = Array.from({ length: 10_000 }, (_, index) => node(`n${index}`, `n${index + 1}`));
  assert.is(findCycle(chain), null);
  assert.is(ranksOf(chain).get("n0"), 9_999);
});

test("what is needed comes along, each once", () => {
  assert.equal([...withNeeds(["api", "worker"], stack)].sort(), ["api", "db", "migrate", "redis", "worker"]);
});

test("any graph without circles: everyone ranks above all that it needs", () => {
  for (let round = 0; round < 200; round += 1) {
    const size = 1 + Math.floor(Math.random() * 30);
    // Needs point to lower numbers alone: no circle.
    const nodes = Array.from({ length: size }, (_, index) =>
      node(`n${index}`, ...Array.from({ length: index }, (_, lower) => `n${lower}`).filter(() => Math.random() < 0.2)),
    ).sort(() => Math.random() - 0.5);
    const ranks = ranksOf(nodes);
    for (const { key, needs } of nodes)
      for (const need of needs) assert.ok((ranks.get(key) as number) > (ranks.get(need) as number), `${key} needs ${need}`);
    assert.is(findCycle(nodes), null);
  }
});

test.run();
