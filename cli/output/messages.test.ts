import { test } from "uvu";
import * as assert from "uvu/assert";
import { renderMessage } from "./messages.ts";
import { plain } from "./paint.ts";

const time = new Date(2026, 10, 27, 12, 30, 45);

test("a message that fits is one line", () => {
  assert.equal(renderMessage({ time, label: "orders", data: { id: 7 }, from: "shop" }, 80, plain), ['12:30:45 orders {"id":7} (shop)']);
  assert.equal(renderMessage({ time, label: "orders", data: "hello" }, 80, plain), ["12:30:45 orders hello"]);
});

test("one that does not fit stands below its head, indented and cut", () => {
  const data = { text: "x".repeat(60), n: 1 };
  assert.equal(renderMessage({ time, label: "orders", data }, 30, plain), [
    "12:30:45 orders",
    "  {",
    `    "text": "${"x".repeat(16)}…`,
    '    "n": 1',
    "  }",
  ]);
});

test("a long value is cut short, and says by how much", () => {
  const lines = renderMessage({ time, label: "a", data: Array.from({ length: 100 }, () => 1) }, 40, plain);
  assert.is(lines.at(-1), "  … 62 more lines");
});

test("where nobody looks a message is one line, whatever its length", () => {
  const data = { text: "x".repeat(500) };
  assert.equal(renderMessage({ time, label: "a", data }, Number.POSITIVE_INFINITY, plain).length, 1);
});

test("a message cannot steer the terminal", () => {
  assert.equal(renderMessage({ time, label: "a\u001b[2J", data: "b\u001b[2J\nc" }, 80, plain), ["12:30:45 a [2J b [2J c"]);
});

test.run();
