import * as assert from "uvu/assert";
import { startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { makeApp } from "../sdk/app-rig.ts";

const ORDER = `
import { Ghost } from "ghost-sdk";
if (process.argv[2] === "memory") await Ghost.init({ fallback: "memory" });
const order = Ghost.saga.define("order", [
  { name: "reserve", run: ({ input }) => ({ item: input.item }), compensate: () => undefined },
  { name: "charge", run: ({ results, key }) => key + " " + results.reserve.item },
]);
console.log(JSON.stringify(await order.start({ item: "book" }, { id: "1" })));
await Ghost.close();
`;
const RESULT = { ok: true, value: { reserve: { item: "book" }, charge: "order:1:charge book" } };

test("without a hub a saga is not started, which is a result, unless memory takes its place", async () => {
  using app = makeApp();
  const { code, stdout } = await app.run(ORDER);
  const result = JSON.parse(stdout) as { ok: boolean; error: { code: string } };
  assert.equal([code, result.ok, result.error.code], [0, false, "HUB_UNREACHABLE"]);
  const inMemory = await app.run(ORDER, { args: ["memory"] });
  assert.equal([inMemory.code, JSON.parse(inMemory.stdout.trim().split("\n").at(-1) ?? "")], [0, RESULT]);
});

test("a program that nobody supervises starts sagas, too, and ends by itself when it closes", async () => {
  await using hub = await startHub();
  using app = makeApp();
  for (let round = 0; round < 2; round++) {
    const { code, stdout } = await app.run(ORDER, { env: { GHOST_HUB: hub.path } });
    assert.equal([code, JSON.parse(stdout)], [0, RESULT]);
  }
});

test("a saga that is started without an id has one of its own", async () => {
  await using hub = await startHub();
  using app = makeApp();
  const program = ORDER.replace('start({ item: "book" }, { id: "1" })', 'start({ item: "book" })');
  const ran = await app.run(program, { env: { GHOST_HUB: hub.path } });
  assert.is(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /^\{"ok":true,.*"charge":"order:[0-9a-f-]{36}:charge book"/);
});

test("a name is defined once, and each step has a name of its own", async () => {
  using app = makeApp();
  const { stdout } = await app.run(`
    import { Ghost } from "ghost-sdk";
    const step = { name: "a", run: () => 1 };
    const refused = (work) => { try { work(); return "taken"; } catch (error) { return error.code + " " + error.message; } };
    console.log(refused(() => Ghost.saga.define("order", [step, step])));
    console.log(refused(() => Ghost.saga.define("order", [{ ...step, retry: { attempts: 3, delay: "5" } }])));
    console.log(refused(() => Ghost.saga.define("order", [step])));
    console.log(refused(() => Ghost.saga.define("order", [step])));
    await Ghost.close();
  `);
  const lines = stdout.trim().split("\n");
  assert.match(lines[0] ?? "", /^USAGE cannot define the saga order: two of its steps have the same name/);
  assert.match(lines[1] ?? "", /^USAGE cannot use "5" as delay/);
  assert.equal(lines[2], "taken");
  assert.match(lines[3] ?? "", /^USAGE cannot define the saga order twice/);
});

test.run();
