import * as assert from "uvu/assert";
import { hubSocket } from "../hub/asking.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { makeApp, RUNTIMES } from "./app-rig.ts";

test.limit(60_000);

/** What fails, each called by a function `mine`. */
const CALLS = {
  "an SQL statement": 'Ghost.data.query("SELECT nonsense")',
  "a statement": 'Ghost.data.execute("NONSENSE")',
  "a key": 'Ghost.data.increment("text")',
  "a request": 'Ghost.bus.request("nobody", 1)',
  "the orchestrator": 'Ghost.orchestrator.startGroup("none")',
};

const PROGRAM = `
import { Ghost } from "ghost-sdk";
await Ghost.data.set("text", "no number");
const told = {};
${Object.entries(CALLS)
  .map(
    ([what, call], index) => `
async function mine${index}() { return await ${call}; }
for (const time of ["first", "later"]) await mine${index}().catch(({ stack }) => { told[${JSON.stringify(what)} + ", " + time] = /mine${index} /.test(stack) || stack; });`,
  )
  .join("")}
console.log(JSON.stringify(told));
await Ghost.close();
`;

for (const name of ["Node", "Bun"] as const)
  test(`under ${name} the stack of what fails leads to the app's own call`, async () => {
    await using home = makeHome();
    using app = makeApp();
    await home.ok(["hub", "start"]);
    const environments: Record<string, string>[] = [
      {},
      {
        GHOST_CONFIG: JSON.stringify({
          resilience: { retryCount: 0, timeoutMs: 5_000, circuitBreakerThreshold: 9, circuitBreakerDurationMs: 1 },
        }),
      },
    ];
    for (const more of environments) {
      const { code, stdout, stderr } = await app.run(PROGRAM, { runtime: RUNTIMES[name], env: { GHOST_HUB: hubSocket(home), ...more } });
      assert.is(code, 0, stderr);
      const told = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
      assert.is(Object.keys(told).length, 2 * Object.keys(CALLS).length);
      for (const [what, leads] of Object.entries(told)) assert.is(leads, true, `${what}: ${leads}`);
    }
  });

test.run();
