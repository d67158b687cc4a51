import { stripVTControlCharacters } from "node:util";
import picocolors from "picocolors";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { renderTable } from "./table.ts";
import { displayWidth } from "./width.ts";

const HEAD = [{ title: "NAME" }, { title: "N", align: "right" as const }, { title: "WHY", flexible: true }];
const rows = (...texts: [string, string, string][]) => texts.map((row) => row.map((text) => ({ text })));

test("aligns columns, numbers on the right, wide characters by their width", () => {
  assert.equal(renderTable(HEAD, rows(["api", "1", "started"], ["日本", "100", "stopped"]), Number.POSITIVE_INFINITY), [
    "NAME    N  WHY",
    "api     1  started",
    "日本  100  stopped",
  ]);
});

test("cuts the flexible column to the terminal", () => {
  const lines = renderTable(HEAD, rows(["api", "1", "exited with code 3 after a long time"]), 24);
  assert.equal(lines, ["NAME  N  WHY", "api   1  exited with co…"]);
});

test("no line is longer than even the narrowest terminal", () => {
  for (let columns = 1; columns < 40; columns++) {
    for (const line of renderTable(HEAD, rows(["a-long-name", "12345", "日本語の説明"]), columns))
      assert.ok(displayWidth(line) <= columns, `${columns}: ${line}`);
  }
});

test("colours do not change the alignment", () => {
  const paint = picocolors.createColors(true);
  const lines = renderTable(
    HEAD,
    [
      [{ text: "api", paint: paint.red }, { text: "1" }, { text: "x" }],
      "group",
      [{ text: "longer" }, { text: "2" }, { text: "y", paint: paint.green }],
    ],
    80,
    paint,
  );
  assert.equal(
    lines.map((line) => stripVTControlCharacters(line)),
    ["NAME    N  WHY", "api     1  x", "group", "longer  2  y"],
  );
  assert.ok(lines[1]?.includes("\u001b[31m"));
});

test.run();
