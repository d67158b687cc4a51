import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { serveHub } from "../hub/serving.ts";
import { ROOT } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { pythonBeside } from "./python.ts";

const samples = [...readFileSync(join(ROOT, "README.md"), "utf8").matchAll(/^```python\n([\s\S]*?)^```$/gm)].map(
  ([, code]) => code as string,
);

test.unless(needs("python3"), "the README's sample in Python does what it says", async () => {
  assert.is(samples.length, 1);
  await using home = makeHome();
  await using hub = await serveHub(home);
  using program = pythonBeside(home, samples[0] as string);
  await program.saw('"message": "billed", "id": 7, "deliveries": 1');
  assert.is(await hub.ask("GET", "greeting"), '{"text":"hello"}');
  const { rows } = JSON.parse((await hub.ask("GHOST.QUERY", "SELECT id, price FROM orders")) as string) as { rows: unknown };
  assert.equal(rows, [[7, 4.5]]);
  await hub.ask("GHOST.PUBLISH", "orders", '{"id":8}', "PERSIST");
  await program.saw('"id": 8');
});

test.run();
