import { test } from "uvu";
import * as assert from "uvu/assert";
import { renderBox } from "./box.ts";
import { displayWidth } from "./width.ts";

test("draws a boxed table with its title centred, several lines a row and rules between", () => {
  const rows = [
    [[{ text: "redis" }], [{ text: "CPU: 0.2%" }, { text: "MEM: 24.5MB" }]],
    [[{ text: "日本" }], []],
  ];
  assert.equal(renderBox("Services", ["Service", "Usage"], rows, { ruled: true, columns: 80 }), [
    "        Services",
    "┌─────────┬─────────────┐",
    "│ Service │ Usage       │",
    "├─────────┼─────────────┤",
    "│ redis   │ CPU: 0.2%   │",
    "│         │ MEM: 24.5MB │",
    "├─────────┼─────────────┤",
    "│ 日本    │             │",
    "└─────────┴─────────────┘",
  ]);
});

test("a narrow terminal takes cells from the widest column", () => {
  const lines = renderBox("T", ["Name", "Why"], [[[{ text: "api" }], [{ text: "a very long explanation" }]]], {
    ruled: false,
    columns: 24,
  });
  for (const line of lines) assert.ok(displayWidth(line) <= 24, line);
  assert.ok(lines.some((line) => line.includes("…")));
});

test("an empty table keeps its head", () => {
  assert.is(renderBox("T", ["A"], [], { ruled: true, columns: 80 }).length, 5);
});

test.run();
