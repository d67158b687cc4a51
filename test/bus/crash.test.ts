// timeout: 90s
import * as assert from "uvu/assert";
import { PortBus } from "../../core/bus/bus.ts";
import type { BusProblem } from "../../core/bus/ghost-bus.ts";
import { HubPort } from "../../core/bus/hub/hub-port.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { hubSession, systemClock } from "../../runtime/client/hub-connection.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { startHub } from "./servers.ts";

const KILLS = 6;
const KILL_AFTER_MS_MAX = 250;
test.limit(60_000);

/** What a program may be told while its hub is away. */
function isAway(error: unknown): boolean {
  return error instanceof GhostError && ["HUB_UNREACHABLE", "TIMED_OUT", "NO_RESPONDERS"].includes(error.code);
}

test("while the hub is killed again and again, what was acknowledged arrives, what comes comes in order, and nothing hangs", async () => {
  await using server = await startHub();
  const sessions: HubSession[] = [];
  const problems: BusProblem[] = [];
  const bus = (from: string): PortBus => {
    const session = hubSession({ path: server.path }, { patienceMs: 2_000 });
    sessions.push(session);
    return new PortBus(new HubPort(session), {
      from,
      clock: systemClock,
      random: Math.random,
      onProblem: (problem) => problems.push(problem),
    });
  };
  const [publisher, member, listener, responder] = [bus("publisher"), bus("member"), bus("listener"), bus("responder")];
  const handled = new Set<number>();
  const consumer = member.consume<number>("orders", { group: "g", concurrency: 4, redeliverAfter: "500ms", deliveryLimit: 1_000 }, (n) => {
    handled.add(n);
  });
  const heard: number[] = [];
  const subscription = listener.subscribe<number>("ticks", (n) => {
    heard.push(n);
  });
  const echo = responder.respond<number>("echo", (n) => n);
  await Promise.all([subscription.ready, echo.ready]);

  let isOver = false;
  const acknowledged: number[] = [];
  const counts = { answered: 0, failed: 0 };
  const publish = async (): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      // With one id it may be said as often as it takes.
      await waitFor(() => publisher.publishPersistent("orders", n, { id: `order-${n}` }), { what: "the hub", limitMs: 20_000 });
      acknowledged.push(n);
      await publisher.publish("ticks", n).catch((error) => assert.ok(isAway(error), String(error)));
    }
  };
  const ask = async (): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      const answer = await publisher.request<number>("echo", n, { timeout: "1s" }).catch((error: unknown) => error);
      if (answer === n) counts.answered++;
      else assert.ok(isAway(answer), String(answer));
      if (answer !== n) counts.failed++;
    }
  };
  const work = Promise.all([publish(), ask()]);
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(Math.random() * KILL_AFTER_MS_MAX);
    await server.restart();
  }
  const [answered, last] = [counts.answered, acknowledged.length];
  await waitFor(() => counts.answered > answered && (heard.at(-1) ?? 0) > last, {
    what: "everybody to be back",
    seen: () => ({ ...counts, heard: heard.length }),
  });
  isOver = true;
  await work;

  await waitFor(() => acknowledged.every((n) => handled.has(n)), {
    what: "every acknowledged message",
    seen: () => [acknowledged.length, handled.size],
  });
  const kept: unknown[] = [];
  for await (const { data } of publisher.history("orders")) kept.push(data);
  assert.equal(kept, acknowledged, "each is kept once, in order");
  assert.ok(
    heard.every((n, index) => index === 0 || n > (heard[index - 1] as number)),
    "ticks come in order, none twice",
  );
  assert.ok(problems.some(({ is }) => is === "lost"));
  assert.ok(counts.answered > 0);
  await consumer[Symbol.asyncDispose]();
  for (const one of [publisher, member, listener, responder]) await one[Symbol.asyncDispose]();
  for (const session of sessions) await session.close();
});

test.run();
