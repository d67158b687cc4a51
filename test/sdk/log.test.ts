import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { makeApp } from "./app-rig.ts";

const HOSTILE = `
import { G } from "ghost-sdk";
const circle = { name: "circle" };
circle.self = circle;
const fields = {
  whole: 1,
  get boom() { throw new Error("no value"); },
  dated: { toJSON() { throw new Error("no JSON"); } },
  circle,
  deep: { get boom() { throw new Error("deep"); } },
  large: 10n ** 40n,
  error: new TypeError("told"),
};
G.info("hostile", fields);
G.error("mine", Object.assign(new Error("circular"), { circle }));
G.info("not even names", new Proxy({}, { ownKeys() { throw new Error("no names"); } }));
G.info("end");
`;

test("the log takes whatever it is given as JSON: a field that cannot be written says so, and nothing is thrown", async () => {
  using app = makeApp();
  const { code, stdout, stderr } = await app.run(HOSTILE, { env: { GHOST_NAME: "shop" } });
  assert.is(code, 0, stderr);
  const [hostile, mine, end] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal([hostile?.whole, hostile?.boom, hostile?.deep], [1, "cannot be written: Error: no value", "cannot be written: Error: deep"]);
  assert.equal([hostile?.dated, hostile?.large], ["cannot be written: Error: no JSON", "10000000000000000000000000000000000000000"]);
  assert.match(String(hostile?.circle), /^cannot be written: TypeError/);
  assert.match(JSON.stringify(hostile?.error), /"message":"told","stack"/);
  assert.match(String(mine?.error), /^Error: circular\n +at /);
  assert.is(end?.message, "end");
});

test("an error is told with what caused it, and with what caused that", async () => {
  using app = makeApp();
  const code = `
import { G } from "ghost-sdk";
G.error("cannot order", new Error("boom", { cause: new TypeError("the cause", { cause: "its own" }) }));`;
  const { stdout } = await app.run(code, { env: { GHOST_NAME: "shop" } });
  const { error } = JSON.parse(stdout) as { error: { message: string; cause: { message: string; stack: string; cause: string } } };
  assert.equal([error.message, error.cause.message, error.cause.cause], ["boom", "the cause", "its own"]);
  assert.match(error.cause.stack, /^TypeError: the cause\n +at /);
  assert.match((await app.run(code)).stderr, /error=Error: boom\n.+ cause=TypeError: the cause\n.+ cause=its own\n$/s);
});

test("the log for people throws nothing either", async () => {
  using app = makeApp();
  const { code, stdout, stderr } = await app.run(HOSTILE);
  assert.is(code, 0, stderr);
  assert.match(stdout, /hostile whole=1 boom=cannot be written: Error: no value dated=/);
  assert.match(stdout, /info {2}end/);
});

test.run();
