// Runs under Node 20, Bun and Deno alike: what the doubles promise an app's tests. Arguments: `sql` where the runtime has SQLite.
import assert from "node:assert/strict";
import { G, Ghost, GhostApp, GhostError } from "ghost-sdk";
import { runApp, until, useGhostForTesting } from "ghost-sdk/testing";

const startedAt = performance.now();

class Greeter extends GhostApp {
  async run([whom = "world"]) {
    G.info(`hello, ${whom}`, { whom });
    await Ghost.metrics.increment("greetings");
    await Ghost.data.set("last", whom, { expiry: "10m" });
    if (whom === "nobody") throw new Error("there is nobody");
  }
}

class Ticker extends GhostApp {
  isService = true;
  tickInterval = "5s";
  ticks = 0;
  async run() {
    Ghost.bus.subscribe("orders", (order) => Ghost.metrics.gauge("order", order.id));
  }
  onTick() {
    this.ticks++;
    if (this.ticks === 2) throw new Error("the second tick");
  }
  onAfterRun() {
    G.info("bye");
  }
}

{
  await using app = runApp(Greeter, { args: ["Ada"] });
  assert.equal(await app.exitCode, 0);
  assert.deepEqual(app.logs.find("hello, Ada")?.fields, { whom: "Ada" });
  assert.equal(app.metrics.counter("greetings"), 1);
}
{
  await using app = runApp(Greeter, { args: ["nobody"] });
  assert.equal(await app.exitCode, 1);
  assert.match(app.logs.find("the app failed").fields.error.message, /nobody/);
}
{
  await using ghost = useGhostForTesting({ seed: 1 });
  const app = ghost.run(Ticker);
  await ghost.advance(0);
  await ghost.busOf("shop").publish("orders", { id: 7 });
  await app.tick(3);
  assert.equal(app.app.ticks, 3);
  assert.equal(ghost.metrics.lastGauge("order"), 7);
  assert.ok(app.isRunning);
  assert.equal(await app.stop(), 0);
  assert.deepEqual(ghost.logs.messages("info"), ["bye"]);
  assert.equal(ghost.logs.messages("error").length, 1);
}
{
  await using ghost = useGhostForTesting({ config: { core: { mode: "night" } } });
  const modes = [Ghost.config.core.mode];
  Ghost.onConfig(({ core }) => modes.push(core.mode));
  ghost.configure({ core: { mode: "day" } });
  assert.deepEqual([...modes, Ghost.config.core.mode, Ghost.config.app.name], ["night", "day", "day", "test"]);
}
{
  await using ghost = useGhostForTesting();
  assert.throws(() => useGhostForTesting(), { code: "USAGE" });
  await Ghost.data.set("session", 1, { expiry: "10m" });
  await ghost.advance("10m");
  assert.equal(await Ghost.data.get("session"), undefined);
  Ghost.bus.respond("price", (fruit) => ({ fruit, cents: 40 }));
  await ghost.advance(0);
  assert.deepEqual(await Ghost.bus.request("price", "apple"), { fruit: "apple", cents: 40 });
  const error = await Ghost.bus.request("nobody", 1).catch((reason) => reason);
  assert.ok(error instanceof GhostError);
  assert.equal(error.code, "NO_RESPONDERS");
  Ghost.health.check("store", () => Ghost.data.get("session"));
  assert.equal((await Ghost.health.report()).status, "healthy");
  await Ghost.orchestrator.createGroup("shop", { processes: ["api"] });
  assert.equal((await Ghost.orchestrator.startGroup("shop")).status, "up");
  assert.equal(ghost.orchestrator.calls.length, 2);
  if (process.argv.includes("sql")) {
    await Ghost.data.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    await Ghost.data.execute("INSERT INTO t (name) VALUES (:name)", { name: "Ada" });
    assert.deepEqual({ ...(await Ghost.data.querySingle("SELECT id, name FROM t WHERE name = ?", ["Ada"])) }, { id: 1, name: "Ada" });
    await Ghost.data.executeBatch([["DELETE FROM t"], ["INSERT INTO t VALUES (?, ?)", [2, "Eve"]]]);
    assert.deepEqual(await Ghost.data.query("SELECT name FROM t WHERE id > ?", [5]), []);
  } else {
    const refused = await Ghost.data.execute("CREATE TABLE t (v)").catch((reason) => reason);
    assert.equal(refused.code, "UNSUPPORTED");
  }
}
{
  await using ghost = useGhostForTesting();
  const tries = [];
  Ghost.bus.consume("jobs", { group: "workers", retryDelay: "10s" }, (job, { deliveries }) => {
    tries.push(`${job} ${deliveries}`);
    if (deliveries < 3) throw new Error("not yet");
  });
  await Ghost.bus.publishPersistent("jobs", "cat.png");
  await ghost.advance("19s");
  assert.deepEqual(tries, ["cat.png 1", "cat.png 2"]);
  await ghost.advance("1m");
  assert.deepEqual(tries, ["cat.png 1", "cat.png 2", "cat.png 3"]);
  assert.equal(ghost.problems.length, 2);
}
{
  const steps = [];
  let isEmpty = true;
  const order = Ghost.saga.define("order", [
    { name: "reserve", run: ({ input }) => steps.push(`reserve ${input.item}`), compensate: () => steps.push("release") },
    {
      name: "charge",
      run: () => {
        steps.push("charge");
        if (isEmpty) throw new Error("the card is empty");
      },
      retry: { attempts: 2, delay: "30s" },
    },
  ]);
  for (const [left, expected] of [
    [true, ["reserve book", "charge", "charge", "release"]],
    [false, ["reserve book", "charge"]],
  ]) {
    await using ghost = useGhostForTesting();
    isEmpty = left;
    steps.length = 0;
    const ending = order.start({ item: "book" }, { id: "order-17" });
    await ghost.advance("29s");
    assert.equal(steps.length, 2);
    await ghost.advance("1m");
    assert.equal((await ending).ok, !isEmpty);
    assert.deepEqual(steps, expected);
  }
}
{
  using ghost = useGhostForTesting({ seed: 3, faults: { drop: 0.5, fail: 0.5 } });
  const heard = [];
  await Ghost.bus.subscribe("n", (n) => heard.push(n)).ready;
  for (let n = 0; n < 20; n++) await Ghost.bus.publish("n", n);
  await ghost.advance(0);
  assert.equal(heard.length + ghost.faults.counts.drop, 20);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => Ghost.data.get("key")));
  assert.equal(outcomes.filter(({ reason }) => reason?.code === "HUB_UNREACHABLE").length, ghost.faults.counts.fail);
}
{
  const real = performance.now();
  await using app = runApp(Ticker);
  await until(() => app.app.ticks === 100);
  assert.equal((await until(() => app.logs.find("a tick failed"))).level, "error");
  assert.equal(await until(async () => (await app.stop()) === 0), true);
  assert.ok(performance.now() - real < 1_000, "virtual time takes none");
}
await assert.rejects(
  until(() => true),
  { code: "USAGE" },
);

console.log(`passed in ${Math.round(performance.now() - startedAt)} ms`);
