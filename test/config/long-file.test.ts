import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RegisterResponse } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";

const COUNT = 1000;

/** A file that is long enough to be read by a program that was started for it. */
function longFile(more = ""): string {
  const one = (index: number) => `  - name: p${index}
    executable: /bin/sleep
    args: '1000'
    environment: { A: '${index}', GREETING: "two words" }
    health_check: { tcp: '127.0.0.1:${20_000 + index}', period: 5s }
    inherit: ${index === 0}
`;
  return `project: long\nprocesses:\n${Array.from({ length: COUNT }, (_, index) => one(index)).join("")}${more}`;
}

test("a long file is planned and registered with the caller's environment and nothing else", async () => {
  await using home = makeHome();
  home.write("processes.yaml", longFile());
  const env = { ...home.env, MINE: "a b" };
  await home.ok(["register", "--quiet"], { env });
  const { changes } = (await home.ok(["plan", "--json"], { env })).json<RegisterResponse>();
  assert.equal([...new Set(changes.map(({ action }) => action))], ["keep"]);
  assert.is(changes.length, COUNT);
  const told = (await home.ok(["env", "p0", "--json"], { env })).stdout;
  assert.match(told, /"MINE"/);
  assert.not.match(told, /BUN_JSC|GHOST_LEAN/);
});

test("arguments, output and exit codes are those of any other file", async () => {
  await using home = makeHome();
  home.write("a file.yaml", longFile("  - name: last\n    restrat: true\n"));
  const { code, stderr } = await home.ghost(["plan", "a file.yaml"]);
  assert.is(code, 2);
  assert.match(stderr, /did you mean restart/);
  home.write("good.yaml", longFile());
  const { stdout } = await home.ok(["plan", "good.yaml"]);
  assert.match(stdout, /1000 to add/);
});

test.run();
