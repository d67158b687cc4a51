import * as assert from "uvu/assert";
import { onTerminal } from "../cli/on-terminal.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";

const PYTHON = needs("python3");
const ENTER = "\r";
const UP = "\u001b[A";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

test.unless(PYTHON, "the shell on a terminal asks on for the rest of a statement, goes on after an error, and ^D ends it", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const { code, stdout } = await onTerminal(home, ["data", "shell"], {
    steps: [
      ["default> ", `SELECT 40 + 2 AS answer,${ENTER}`],
      ["...> ", `'x' AS letter;${ENTER}`],
      ["default> ", `SELEC 1;${ENTER}`],
      ["default> ", `.nonsense${ENTER}`],
      ["default> ", `SELECT 'still' || 'here' AS word;${ENTER}`],
      ["stillhere", CTRL_D],
    ],
  });
  assert.is(code, 0, stdout);
  assert.match(stdout, /answer[\s\S]*42/);
  assert.match(stdout, 'near "SELEC": syntax error');
  assert.match(stdout, "cannot run .nonsense");
});

test.unless(
  PYTHON,
  "^C drops what was begun, also over lines, and says how to leave where nothing was; the arrow brings the last line back",
  async () => {
    await using home = makeHome();
    await home.ok(["hub", "start"]);
    const { code, stdout } = await onTerminal(home, ["data", "shell"], {
      steps: [
        ["default> ", `CREATE TABLE dropped (a)${ENTER}`],
        ["...> ", CTRL_C],
        ["default> ", "nonsense that is not run"],
        ["not run", CTRL_C],
        ["default> ", CTRL_C],
        [".quit or ^D ends", `SELECT count(*) || ' tables' AS n FROM sqlite_schema;${ENTER}`],
        ["0 tables", UP],
        ["sqlite_schema;", ENTER],
        ["0 tables", `.quit${ENTER}`],
      ],
    });
    assert.is(code, 0, stdout);
    assert.not(stdout.includes("syntax error"));
  },
);

test.unless(PYTHON, "an open transaction shows in the prompt, and is rolled back at the end, which is told", async () => {
  await using home = makeHome();
  await home.ok(["data", "exec", "CREATE TABLE t (a)", "--namespace", "shop"]);
  const { code, stdout } = await onTerminal(home, ["data", "shell", "--namespace", "shop"], {
    steps: [
      ["shop> ", `BEGIN;${ENTER}`],
      ["shop*> ", `INSERT INTO t VALUES (1);${ENTER}`],
      ["1 row changed", CTRL_D],
    ],
  });
  assert.is(code, 0, stdout);
  assert.match(stdout, "was not committed, and is rolled back");
  assert.is((await home.ok(["data", "query", "SELECT count(*) AS n FROM t", "--namespace", "shop", "--json"])).stdout, '{"n":0}\n');
});

test.run();
