import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RestartPolicy } from "../config/definition.ts";
import type { Context, Event, Transition } from "./events.ts";
import { backoffMs } from "./restart.ts";
import { CRASH_LOOP_RESTARTS, type Exit, hasCompleted, type Identity, isCrashLooping, type Machine, registered } from "./state.ts";
import { transition } from "./transition.ts";

const ALWAYS: RestartPolicy = {
  policy: "always",
  delayMs: 100,
  factor: 2,
  maxDelayMs: 30_000,
  jitter: 0,
  resetAfterMs: 60_000,
  maxRestarts: null,
  windowMs: 60_000,
  successCodes: [0],
};
const cause = { kind: "test", text: "test" };
const start: Event = { type: "start", cause };
const stop: Event = { type: "stop", cause, force: false };
const identity: Identity = { pid: 812, startTicks: 5, bootId: "boot", token: "t1" };
const spawned: Event = { type: "spawned", identity };
const failure: Exit = { code: 3, signal: null, known: true, spawnError: null };
const success: Exit = { code: 0, signal: null, known: true, spawnError: null };

function context(over: Partial<Context> = {}): Context {
  return { policy: ALWAYS, nowMs: 1_000_000, random: 0.5, token: "t1", waitingFor: [], checked: false, ...over };
}

/** Runs events one after the other; the last transition is given. */
function after(events: readonly Event[], over: Partial<Context> = {}, from: Machine = registered): Transition {
  let last: Transition = { machine: from, effects: [], cause: null };
  for (const event of events) last = transition(last.machine, event, context(over));
  return last;
}

const exits = (exit: Exit, leftovers = false): Event => ({ type: "exited", exit, leftovers });

test("a start asks for a spawn, and the spawned process runs", () => {
  const begun = after([start]);
  assert.equal(begun.machine.state, { at: "starting", token: "t1" });
  assert.equal(begun.effects, [{ do: "spawn", token: "t1" }]);
  assert.is(after([start, spawned]).machine.state.at, "running");
});

test("the first restart is immediate, the next ones back off", () => {
  const first = after([start, spawned, exits(failure)]);
  assert.is(first.machine.state.at, "starting");
  assert.is(first.machine.restarts, 1);
  const second = after([spawned, exits(failure)], {}, first.machine);
  assert.equal(second.machine.state, { at: "backoff", untilMs: 1_000_100 });
  assert.is(second.effects[0]?.do, "set-timer");
  const third = after([{ type: "timer", generation: second.machine.generation }, spawned, exits(failure)], {}, second.machine);
  assert.equal(third.machine.state, { at: "backoff", untilMs: 1_000_200 });
});

test("back-off grows to its cap and jitters around it", () => {
  assert.equal(
    [0, 1, 2, 3, 4].map((streak) => backoffMs(ALWAYS, streak, 0.5)),
    [0, 100, 200, 400, 800],
  );
  assert.is(backoffMs(ALWAYS, 40, 0.5), 30_000);
  const jittered = { ...ALWAYS, jitter: 0.1 };
  assert.is(backoffMs(jittered, 1, 0), 90);
  assert.is(backoffMs(jittered, 1, 0.999), 110);
  assert.ok(backoffMs(jittered, 40, 0.999) <= 30_000);
});

test("a stable run sets the back-off back", () => {
  const wobbly: Machine = { ...after([start, spawned]).machine, streak: 7, startedMs: 1_000_000 - 60_000 };
  assert.is(after([exits(failure)], {}, wobbly).machine.state.at, "starting");
});

test("a spent budget is final, and an explicit start forgives", () => {
  const policy = { ...ALWAYS, maxRestarts: 2 };
  let machine = after([start, spawned], { policy }).machine;
  for (let i = 0; i < 2; i += 1) {
    machine = after([exits(failure)], { policy }, machine).machine;
    if (machine.state.at === "backoff") machine = after([{ type: "timer", generation: machine.generation }], { policy }, machine).machine;
    machine = after([spawned], { policy }, machine).machine;
  }
  const spent = after([exits(failure)], { policy }, machine);
  assert.is(spent.machine.state.at, "failed");
  assert.is(spent.cause?.kind, "budget-spent");
  assert.equal(after([start], { policy }, spent.machine).machine.recent, []);
});

test("restarts outside the window do not count against the budget", () => {
  const policy = { ...ALWAYS, maxRestarts: 1 };
  const machine: Machine = { ...after([start, spawned]).machine, recent: [1_000_000 - 60_001] };
  assert.is(after([exits(failure)], { policy }, machine).machine.state.at, "starting");
});

test("policies decide what an exit means", () => {
  const at = (policy: RestartPolicy["policy"], exit: Exit): string =>
    after([start, spawned, exits(exit)], { policy: { ...ALWAYS, policy } }).machine.state.at;
  assert.is(at("never", success), "exited");
  assert.is(at("never", failure), "failed");
  assert.is(at("on-failure", success), "exited");
  assert.is(at("on-failure", failure), "starting");
  assert.is(at("always", success), "starting");
  const unknown: Exit = { code: null, signal: null, known: false, spawnError: null };
  assert.is(at("on-failure", unknown), "starting");
  assert.is(at("never", unknown), "failed");
});

test("a stop ends only when the tree is empty", () => {
  const stopping = after([start, spawned, stop]);
  assert.equal(stopping.effects, [{ do: "terminate", force: false }]);
  const dead = after([exits(success)], {}, stopping.machine);
  assert.is(dead.machine.state.at, "stopping");
  assert.is(after([{ type: "tree-empty", killed: false }], {}, dead.machine).machine.state.at, "stopped");
});

test("what a crash leaves behind goes before the successor comes", () => {
  const left = after([start, spawned, exits(failure, true)]);
  assert.is(left.machine.state.at, "stopping");
  const empty = after([{ type: "tree-empty", killed: true }], {}, left.machine);
  assert.is(empty.machine.state.at, "starting");
  assert.is(empty.machine.restarts, 1);
});

test("a start during a stop follows it, a stop during that start takes it back", () => {
  const again = after([start, spawned, stop, start]);
  assert.is(after([{ type: "tree-empty", killed: false }], {}, again.machine).machine.state.at, "starting");
  const not = after([stop], {}, again.machine);
  assert.is(after([{ type: "tree-empty", killed: false }], {}, not.machine).machine.state.at, "stopped");
});

test("a stop that overtakes the spawn ends what was spawned", () => {
  const overtaken = after([start, stop, spawned]);
  assert.is(overtaken.machine.state.at, "stopping");
  assert.equal(overtaken.effects, [{ do: "terminate", force: false }]);
  assert.is(after([start, stop, { type: "spawn-failed", message: "gone" }]).machine.state.at, "stopped");
});

test("what is held before the spawn is waited for, whatever the restart policy", () => {
  const blocked = after([start, { type: "blocked", blockedBy: "port 80, which nginx holds", cause }]);
  assert.equal(blocked.machine.state, { at: "waiting", blockedBy: "port 80, which nginx holds" });
  assert.is(blocked.machine.restarts, 0);
  const free = after([
    start,
    { type: "blocked", blockedBy: "port 80, which nginx holds", cause },
    { type: "available", unblocked: true, cause },
  ]);
  assert.is(free.machine.state.at, "starting");
});

test("a restart that was asked for costs nothing, one for memory counts", () => {
  const asked = after([start, spawned, { type: "restart", free: true, cause }, { type: "tree-empty", killed: false }]);
  assert.is(asked.machine.restarts, 0);
  assert.is(asked.machine.state.at, "starting");
  const memory = after([start, spawned, { type: "restart", free: false, cause }, exits(success), { type: "tree-empty", killed: false }]);
  assert.is(memory.machine.restarts, 1);
});

test("the reason of a stop or restart is still told when the tree is empty", () => {
  const because = (text: string) => ({ kind: "test", text });
  const empty: Event = { type: "tree-empty", killed: false };
  const told = (...events: Event[]): string | undefined => after([start, spawned, ...events]).cause?.text;
  assert.is(told({ type: "restart", free: true, cause: because("main.py changed") }, empty), "main.py changed; starts again");
  assert.is(told({ type: "restart", free: false, cause: because("used too much") }, empty), "used too much; restarts at once");
  assert.is(told({ ...stop, cause: because("stopped by me") }, empty), "stopped by me");
  const killed: Event = { type: "tree-empty", killed: true };
  assert.is(told({ ...stop, cause: because("stopped by me") }, killed), "stopped by me; killed, because it did not end in time");
});

test("a stopping process knows whether the end of its main process was told", () => {
  const ended = (events: readonly Event[]): boolean | undefined => {
    const { state } = after([start, spawned, ...events]).machine;
    return state.at === "stopping" ? state.ended === true : undefined;
  };
  assert.is(ended([stop]), false);
  assert.is(ended([stop, exits(success)]), true);
  assert.is(ended([exits(failure, true)]), true);
});

test("arming changes what is wanted and nothing else", () => {
  const armed = after([{ type: "arm", armed: true, cause }]);
  assert.equal([armed.machine, armed.effects, armed.cause], [{ ...registered, desired: "up" }, [], cause]);
  const over = after([start, spawned, exits(success)], { policy: { ...ALWAYS, policy: "never" } }).machine;
  assert.equal(after([{ type: "arm", armed: false, cause: null }], {}, over).machine, { ...over, desired: "down" });
});

test("a kill by the kernel for want of memory is named as such", () => {
  const killed: Exit = { code: null, signal: "SIGKILL", known: true, spawnError: null };
  const told = (outOfMemory?: "certain" | "likely") =>
    after([start, spawned, exits({ ...killed, ...(outOfMemory && { outOfMemory }) })], { policy: { ...ALWAYS, policy: "never" } }).cause;
  assert.equal([told()?.kind, told()?.text], ["exit", "was killed by SIGKILL"]);
  assert.equal([told("certain")?.kind, told("certain")?.text], ["oom-killed", "was killed by the kernel: out of memory"]);
  assert.is(told("likely")?.kind, "exit");
  assert.match(told("likely")?.text ?? "", "most likely by the kernel");
});

test("a late timer is ignored", () => {
  const waiting = after([start, spawned, exits(failure), spawned, exits(failure)]);
  assert.is(waiting.machine.state.at, "backoff");
  const stopped = after([stop], {}, waiting.machine);
  assert.is(after([{ type: "timer", generation: waiting.machine.generation }], {}, stopped.machine).machine.state.at, "stopped");
});

test("the daemon's own stop leaves the wish standing", () => {
  const halted = after([start, spawned, { type: "stop", cause, force: false, keepDesired: true }, { type: "tree-empty", killed: false }]);
  assert.is(halted.machine.desired, "up");
  assert.is(halted.machine.state.at, "stopped");
});

test("a machine that went down costs nothing; a one-shot that it cut off failed", () => {
  const service = after([start, spawned, { type: "lost", cause, unfinished: false }]).machine;
  assert.equal([service.state.at, service.desired, service.restarts], ["stopped", "up", 0]);
  assert.is(after([start, spawned, { type: "lost", cause, unfinished: true }]).machine.state.at, "failed");
});

test("five restarts in ten minutes are a crash loop", () => {
  let machine = after([start, spawned]).machine;
  for (let i = 0; i < CRASH_LOOP_RESTARTS; i += 1) {
    assert.not.ok(isCrashLooping(machine, 1_000_000));
    machine = after([exits(failure)], {}, machine).machine;
    if (machine.state.at === "backoff") machine = after([{ type: "timer", generation: machine.generation }], {}, machine).machine;
    machine = after([spawned], {}, machine).machine;
  }
  assert.ok(isCrashLooping(machine, 1_000_000));
  assert.not.ok(isCrashLooping(machine, 1_000_000 + 10 * 60_000));
});

/** A small generator with a seed, so that a failure can be run again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("any order of events keeps the invariants", () => {
  const seed = Date.now() & 0xffff;
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  let machine = registered;
  let nowMs = 1_000_000;
  for (let step = 0; step < 20_000; step += 1) {
    nowMs += Math.floor(random() * 5_000);
    const events: Event[] = [
      start,
      stop,
      { ...stop, force: true },
      { ...stop, keepDesired: true },
      { type: "restart", free: random() < 0.5, cause },
      spawned,
      { type: "spawn-failed", message: "no" },
      { type: "blocked", blockedBy: "port 80 is held", cause },
      exits(pick([success, failure]), random() < 0.3),
      { type: "followed", identity: { ...identity, pid: 900 }, exit: success },
      { type: "tree-empty", killed: random() < 0.5 },
      { type: "timer", generation: random() < 0.7 ? machine.generation : machine.generation - 1 },
      { type: "intent-lost", ran: false },
      { type: "intent-lost", ran: true },
      { type: "daemonized", exit: success, hint: "" },
      { type: "lost", cause, unfinished: random() < 0.5 },
      { ...start, regardless: true },
      { type: "exited", exit: failure, leftovers: false, blockedBy: "port 80 is held" },
      { type: "available", cause, unblocked: random() < 0.5 },
      { type: "dependency-lost", name: "redis", onLoss: pick(["hold", "restart", "stop"] as const), cause },
      { type: "dependency-back", name: "redis", cause },
      { type: "health", to: pick(["unknown", "healthy", "unhealthy"] as const), restart: random() < 0.3, cause },
    ];
    const event = pick(events);
    const policy = { ...ALWAYS, policy: pick(["always", "on-failure", "never"] as const), maxRestarts: pick([null, 3]) };
    const next = transition(machine, event, {
      policy,
      nowMs,
      random: random(),
      token: `t${step}`,
      waitingFor: random() < 0.3 ? ["redis (healthy)"] : [],
      checked: random() < 0.5,
    });
    const told = `seed ${seed}, step ${step}: ${event.type} in ${machine.state.at}`;
    assert.ok(next.machine.restarts >= machine.restarts, `restarts went back, ${told}`);
    const spawns = next.effects.filter((effect) => effect.do === "spawn").length;
    assert.is(
      spawns,
      next.machine.state.at === "starting" && next.machine.state !== machine.state ? 1 : 0,
      `spawns and state differ, ${told}`,
    );
    assert.is(
      next.effects.some((effect) => effect.do === "set-timer"),
      next.machine.state.at === "backoff" && machine.state !== next.machine.state,
      told,
    );
    if (event.type === "stop" && !event.keepDesired) assert.is(next.machine.desired, "down", told);
    if (next.effects.some((effect) => effect.do === "terminate")) assert.is(next.machine.state.at, "stopping", told);
    machine = next.machine;
  }
});

test("what a one-shot left behind changes nothing of its completion, neither by its own end nor by the machine's", () => {
  const once = { policy: { ...ALWAYS, policy: "never" as const } };
  const left = { ...identity, pid: 900 };
  const running = after([start, spawned, { type: "followed", identity: left, exit: success, completed: true }], once).machine;
  assert.ok(hasCompleted(running));
  assert.not(hasCompleted(after([start, spawned, { type: "followed", identity: left, exit: success }], once).machine), "a service goes on");
  const ended = after([exits(failure)], once, running).machine;
  assert.equal([ended.state.at, ended.lastExit], ["exited", success]);
  assert.is(after([{ type: "lost", cause, unfinished: true }], once, running).machine.state.at, "exited");
  const stopped = after([stop, exits(failure), { type: "tree-empty", killed: false }], once, running).machine;
  assert.equal([stopped.state.at, stopped.lastExit], ["stopped", success], "a stop ends what was left, and not the run");
});

test.run();
