import { test } from "uvu";
import * as assert from "uvu/assert";
import { PortBus } from "../../../core/bus/bus.ts";
import type { BusProblem } from "../../../core/bus/ghost-bus.ts";
import { MemoryBroker } from "../../../core/bus/memory/memory-broker.ts";
import { FaultPlan, type Faults } from "./faults.ts";
import { FaultyPort } from "./faulty-bus.ts";
import { seededRandom } from "./seeded-random.ts";
import { settle, VirtualClock } from "./virtual-clock.ts";

// The bus loads it when it is wanted, which takes time that a test's clock does not see.
await import("../../../core/bus/consumer.ts");

const TWENTY = Array.from({ length: 20 }, (_, index) => index);

function place(faults: Faults, seed = 7) {
  const clock = new VirtualClock();
  const plan = new FaultPlan(faults, clock, seededRandom(seed));
  const problems: BusProblem[] = [];
  const bus = new PortBus(new FaultyPort(new MemoryBroker(clock), plan), {
    from: "test",
    clock,
    random: seededRandom(seed),
    onProblem: (problem) => problems.push(problem),
  });
  return { bus, clock, plan, problems };
}

/** What a subscriber hears of twenty messages, in a minute. */
async function heard(faults: Faults, seed?: number) {
  const { bus, clock, plan, problems } = place(faults, seed);
  const came: number[] = [];
  await using subscription = bus.subscribe<number>("n", (n) => void came.push(n));
  await subscription.ready;
  for (const n of TWENTY) await bus.publish("n", n);
  await clock.advance("1m");
  return { came, counts: plan.counts, problems, seen: subscription.counts };
}

test("without faults everything comes once, in its order, and time is not needed", async () => {
  const { bus } = place({});
  const came: number[] = [];
  await using subscription = bus.subscribe<number>("n", (n) => void came.push(n));
  await subscription.ready;
  for (const n of TWENTY) await bus.publish("n", n);
  await settle();
  assert.equal(came, TWENTY);
});

test("the same seed gives the same faults, another one others", async () => {
  const faults: Faults = { drop: 0.2, duplicate: 0.2, reorder: 0.2, delay: 0.2 };
  const [one, again, other] = [await heard(faults, 1), await heard(faults, 1), await heard(faults, 2)];
  assert.equal(one.came, again.came);
  assert.equal(one.counts, again.counts);
  assert.not.equal(one.came, other.came);
});

test("what is dropped is told as lost", async () => {
  const { came, counts, seen, problems } = await heard({ drop: 0.5 });
  assert.is(came.length + counts.drop, TWENTY.length);
  assert.is(seen.lost, counts.drop);
  assert.ok(problems.every(({ is }) => is === "lost"));
});

test("duplicates come twice, and what is overtaken comes next", async () => {
  const twice = await heard({ duplicate: 1 });
  assert.equal(
    twice.came,
    TWENTY.flatMap((n) => [n, n]),
  );
  const overtaken = await heard({ reorder: 1 });
  assert.equal(overtaken.came.slice(0, 4), [1, 0, 3, 2]);
  assert.equal(
    [...overtaken.came].sort((a, b) => a - b),
    TWENTY,
  );
});

test("what is late comes as time passes, and the last one is not overtaken for ever", async () => {
  const { bus, clock } = place({ delay: 1, delayMax: "10s" });
  const came: number[] = [];
  await using subscription = bus.subscribe<number>("n", (n) => void came.push(n));
  await subscription.ready;
  for (const n of TWENTY) await bus.publish("n", n);
  await settle();
  assert.equal(came, []);
  await clock.advance("10s");
  assert.equal(
    [...came].sort((a, b) => a - b),
    TWENTY,
  );
});

test("a persistent message whose acknowledgement is lost comes again", async () => {
  const { bus, clock, plan } = place({ duplicate: 1 });
  const deliveries: string[] = [];
  await using _ = bus.consume<string>("jobs", { group: "workers", redeliverAfter: "30s" }, (job) => void deliveries.push(job));
  await bus.publishPersistent("jobs", "a");
  await clock.advance("1s");
  plan.use({});
  await clock.advance("1m");
  assert.equal(deliveries, ["a", "a"]);
});

test("a probability is from 0 to 1", () => {
  assert.throws(
    () => place({ drop: 2 }),
    (error: { code: string }) => error.code === "USAGE",
  );
});

test.run();
