import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { connectHub, hubSocket } from "../hub/asking.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";

const POLICY = [1, 1, 1];
const PLAN = JSON.stringify(["reserve", "charge"].map((name) => ({ name, run: POLICY, undo: POLICY })));

/** Starts `order ID` in a namespace, and has each step end as told: the sagas of an app, without the app. */
async function playSaga(home: Home, namespace: string, id: string, ends: readonly Record<string, unknown>[], plan = PLAN): Promise<void> {
  using app = await connectHub(hubSocket(home));
  await app.ask("GHOST.NAMESPACE", namespace);
  const claimed = JSON.parse(String(await app.ask("GHOST.SAGA", "CLAIM", "order", id, `${namespace}/0`, "60000", plan, '{"item":"book"}')));
  for (const end of ends) await app.ask("GHOST.SAGA", "REPORT", "order", id, String(claimed.fence), JSON.stringify(end));
}

const DONE = [
  { step: "reserve", is: "done", result: { price: 7 } },
  { step: "charge", is: "done" },
];
const PARKED = [
  { step: "reserve", is: "done", result: { price: 7 } },
  { step: "charge", is: "failed", error: { message: "no money" } },
  { step: "charge", undo: true, is: "failed", error: { message: "the bank is away" } },
  { step: "reserve", undo: true, is: "done" },
];

interface Listed {
  readonly namespace: string;
  readonly id: string;
  readonly state: string;
}

async function list(home: Home, ...more: string[]): Promise<string[]> {
  const sagas = (await home.ok(["saga", "list", ...more, "--json"])).json<Listed[]>();
  return sagas.map(({ namespace, id, state }) => `${namespace} ${id} ${state}`);
}

test("sagas of all apps are listed, the newest first, and those that have ended when they are asked for", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  assert.equal(await list(home), []);
  await playSaga(home, "shop", "1", DONE);
  await playSaga(home, "shop", "2", PARKED);
  await playSaga(home, "mail", "3", []);
  assert.equal(await list(home), ["mail 3 running", "shop 2 parked"]);
  assert.equal(await list(home, "--all"), ["mail 3 running", "shop 2 parked", "shop 1 done"]);
  assert.equal(await list(home, "--state", "parked"), ["shop 2 parked"]);
  assert.equal(await list(home, "--namespace", "mail"), ["mail 3 running"]);
  assert.equal(await list(home, "order", "-n", "1"), ["mail 3 running"]);
  assert.equal(await list(home, "other"), []);
  const { stdout } = await home.ok(["saga", "list"]);
  assert.match(
    stdout,
    /^NAMESPACE +SAGA +ID +STATE +STARTED +CHANGED +HELD BY *\nmail +order +3 +running .* mail\/0 *\nshop +order +2 +parked .* - *\n$/,
  );
  assert.is((await home.ghost(["saga", "list", "--state", "lost"])).code, 2);
});

test("one saga is shown step by step, wherever it is", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await playSaga(home, "shop", "2", PARKED);
  const { stdout } = await home.ok(["saga", "show", "order", "2"]);
  assert.match(stdout, /^order 2 parked \(charge: no money\)\ninput \{"item":"book"\}\n/);
  assert.match(stdout, /reserve +undone +\{"price":7\}/);
  assert.match(stdout, /charge +parked +the bank is away/);
  assert.match(stdout, /undo failed +charge +the bank is away/);
  const shown = (await home.ok(["saga", "show", "order", "2", "--json"])).json<{
    state: string;
    steps: unknown[];
    records: { is: string }[];
  }>();
  assert.equal(shown.steps, [
    { step: "reserve", state: "undone", result: { price: 7 } },
    { step: "charge", state: "parked", error: { message: "the bank is away" } },
  ]);
  assert.equal([shown.state, shown.records[0]?.is], ["parked", "started"]);
  const missing = await home.ghost(["saga", "show", "order", "9", "--json"]);
  assert.equal([missing.code, missing.json<{ error: ErrorBody }>().error.code], [3, "NOT_FOUND"]);
  await playSaga(home, "mail", "2", []);
  const twice = await home.ghost(["saga", "show", "order", "2"]);
  assert.is(twice.code, 2);
  assert.match(twice.stderr, /in mail and in shop.*--namespace/s);
  await home.ok(["saga", "show", "order", "2", "--namespace", "mail"]);
});

test("what is parked is tried again or given up, and the app hears of it", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await playSaga(home, "shop", "2", PARKED);
  using app = await connectHub(hubSocket(home));
  await app.ask("SUBSCRIBE", "ghost:saga:shop");
  const retried = (await home.ok(["saga", "retry", "order", "2", "--json"])).json<{ state: string }>();
  assert.is(retried.state, "compensating");
  const again = await home.ghost(["saga", "retry", "order", "2", "--json"]);
  assert.equal([again.code, again.json<{ error: ErrorBody }>().error.code], [2, "USAGE"]);
  await playSaga(home, "shop", "2", [{ step: "charge", undo: true, is: "failed", error: { message: "still away" } }]);
  assert.is((await home.ghost(["saga", "skip", "order", "2", "reserve"])).code, 2);
  await home.ok(["saga", "skip", "order", "2", "charge"]);
  await playSaga(home, "shop", "2", []);
  assert.equal(await list(home, "--all"), ["shop 2 compensated"]);
  const states = app.messages
    .filter((message) => Array.isArray(message) && message[0] === "message")
    .map((message) => JSON.parse(String((message as string[])[2])).state);
  assert.equal(states, ["compensating", "parked", "compensating", "compensated"]);
});

test("a saga whose definition lost a step is parked, and says what changed", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await playSaga(home, "shop", "1", [{ step: "reserve", is: "done" }]);
  const plan = JSON.stringify(["reserve", "bill"].map((name) => ({ name, run: POLICY, undo: POLICY })));
  await playSaga(home, "shop", "1", [], plan);
  const { stdout } = await home.ok(["saga", "show", "order", "1"]);
  assert.match(stdout, /parked \(it was started with the steps reserve, charge, and its definition has reserve, bill\)/);
  await home.ok(["saga", "skip", "order", "1"]);
  await playSaga(home, "shop", "1", [{ step: "reserve", undo: true, is: "done" }], plan);
  assert.equal(await list(home, "--all"), ["shop 1 compensated"]);
});

test("a command without what it needs says so", async () => {
  await using home = makeHome();
  for (const words of [[], ["look"], ["show", "order"], ["retry"], ["skip", "order", "1", "a", "b"]])
    assert.is((await home.ghost(["saga", ...words])).code, 2);
});

test.run();
