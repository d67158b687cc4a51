import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { askHub, connectHub, hubSocket } from "../hub/asking.ts";
import { ROOT } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { makeApp, RUNTIMES } from "../sdk/app-rig.ts";

const PLAN = '[{"name":"a","run":[1,1,1]}]';

test("a program that its supervisor starts again goes on at once with the saga that its last life left", async () => {
  await using home = makeHome();
  using app = makeApp();
  copyFileSync(join(ROOT, "test/saga/programs/order.mjs"), join(app.dir, "order.mjs"));
  const file = join(app.dir, "effects");
  const effects = (): string[] => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  await home.ok(["hub", "start"]);
  const environment = { SAGA: "order", FILE: file, HOLD: "charge", START: "1" };
  const [program] = RUNTIMES.Node;
  const process = {
    name: "shop",
    command: `${program} order.mjs`,
    working_dir: app.dir,
    restart: { policy: "always", delay: "50ms" },
    environment,
  };
  const definition = join(app.dir, "processes.yaml");
  writeFileSync(definition, JSON.stringify({ processes: [process] }));
  await home.ok(["register", definition]);
  await home.ok(["start", "shop"]);
  await waitFor(() => effects().length === 2, { what: "the second step" });
  await home.ok(["signal", "shop", "KILL"]);
  await waitFor(() => effects().length === 3, { what: "the second step once more", limitMs: 9_000 });
  assert.equal(effects(), ["order:1:reserve", "order:1:charge", "order:1:charge"]);
  assert.match((await home.ok(["saga", "list"])).stdout, /order +1 +running .* shop\/0 *\n$/);
  const logs = async (): Promise<string> => (await home.ok(["logs", "shop"])).stdout;
  await waitFor(async () => (await logs()).includes("saga order 1 goes on at step charge after an interruption"), {
    what: "the log to tell",
  });
  writeFileSync(`${file}.go`, "");
  await waitFor(async () => (await logs()).includes("saga order 1 is done"), {
    what: "the log to tell its end",
    seen: () => effects().join(),
  });
  await home.ok(["stop", "shop"]);
});

test("an app's log says that a saga was taken back, that one is parked, and what comes of an operator's word", async () => {
  await using home = makeHome();
  using app = makeApp();
  await home.ok(["hub", "start"]);
  app.write(
    "app.mjs",
    `import { Ghost } from "ghost-sdk";
     const no = (what) => () => { throw new Error(what); };
     const order = Ghost.saga.define("order", [
       { name: "reserve", run: () => 1, compensate: ({ input }) => { if (input.isStuck) throw new Error("no shelf"); }, compensateRetry: { attempts: 1, delay: "1ms" } },
       { name: "charge", run: no("no money") },
     ]);
     await order.start({}, { id: "1" });
     await order.start({ isStuck: true }, { id: "2" });
     setInterval(() => {}, 1e6);`,
  );
  const process = { name: "shop", command: `${RUNTIMES.Node[0]} app.mjs`, working_dir: app.dir };
  writeFileSync(join(app.dir, "processes.yaml"), JSON.stringify({ processes: [process] }));
  await home.ok(["register", join(app.dir, "processes.yaml"), "--start"]);
  const told = async (): Promise<string[]> =>
    (await home.ok(["logs", "shop"])).stdout
      .split("\n")
      .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line).message as string] : []));
  const expect = (...lines: string[]): Promise<unknown> =>
    waitFor(async () => JSON.stringify(await told()) === JSON.stringify(lines), {
      what: lines.join("; "),
      seen: async () => (await told()).join("; "),
    });
  const ends = [
    "saga order 1 is compensated: step charge failed: no money",
    "saga order 2 is parked: step reserve cannot be taken back: no shelf",
  ];
  await expect(...ends);
  await home.ok(["saga", "retry", "order", "2"]);
  await expect(...ends, "saga order 2 goes on by taking step reserve back, as an operator said", ends[1] as string);
  const wrong = await home.ghost(["saga", "skip", "order", "2", "nosuch"]);
  assert.match(wrong.stderr, /cannot skip the saga order 2: it has no step nosuch, its steps are reserve, charge; parked is reserve/);
  const other = await home.ghost(["saga", "skip", "order", "2", "charge"]);
  assert.match(other.stderr, /its step charge is not parked; parked is reserve/);
  await home.ok(["stop", "shop"]);
});

test("an app sees its own sagas only, and no other namespace's", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const socket = hubSocket(home);
  await askHub(socket, "GHOST.SAGA", "CLAIM", "order", "1", "a", "1000", PLAN, "1");
  using app = await connectHub(socket);
  const token = (await home.ok(["hub", "token", "shop"])).stdout.trim();
  await app.ask("AUTH", token);
  assert.is(await app.ask("GHOST.SAGA", "READ", "order", "1"), null);
  assert.equal(await app.ask("GHOST.SAGA", "LIST"), []);
  for (const words of [
    ["LIST", "EVERYWHERE"],
    ["WHERE", "order", "1"],
  ]) {
    const refused = await app.ask("GHOST.SAGA", ...words).catch((error: Error) => error);
    assert.match(refused instanceof Error ? refused.message : "taken", /^NAMESPACE only the operator/);
  }
  await app.ask("GHOST.SAGA", "CLAIM", "order", "1", "a", "1000", PLAN, "2");
  assert.is(((await app.ask("GHOST.SAGA", "LIST")) as unknown[]).length, 1);
});

test("words that are none are refused", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using hub = await connectHub(hubSocket(home));
  const refused = async (...words: string[]): Promise<string> => {
    const reply = await hub.ask("GHOST.SAGA", ...words).catch((error: Error) => error);
    return reply instanceof Error ? reply.message : JSON.stringify(reply);
  };
  assert.match(await refused("BEGIN"), /^ERR unknown subcommand 'BEGIN'/);
  assert.match(await refused("CLAIM", "order", "1", "a", "soon", PLAN, "1"), /^ERR value is not an integer/);
  assert.match(await refused("CLAIM", "order", "1", "a", "0", PLAN, "1"), /^USAGE .*held for 1 to 3600000 ms/);
  assert.match(await refused("CLAIM", "order", "1", "a", "1000", PLAN, "{"), /^USAGE .*no JSON/);
  assert.match(await refused("CLAIM", "order", "1", "a", "1000", PLAN), /^NOT_FOUND /);
  assert.match(await refused("CLAIM", "order", "1", "a", "1000", PLAN, "1", "2"), /^ERR syntax error/);
  assert.match(await refused("REPORT", "order", "1", "1", "{}"), /^LEASE_LOST /);
  assert.match(await refused("LIST", "STATE", "lost"), /^ERR a saga's state is one of running, /);
  assert.match(await refused("LIST", "NAME"), /^ERR syntax error/);
  assert.match(await refused("FREE", "order", "a", "0"), /^ERR a count is 1 to 1000/);
  assert.is(await refused("LIST"), "[]");
});

test.run();
