/** Random graphs under random events, on the real state machine and the real evaluation of dependencies; only programs and time are made up. */
import * as assert from "uvu/assert";
import type { Dependency, ProcessDefinition } from "../../core/config/definition.ts";
import { definitionForProgram } from "../../core/config/from-program.ts";
import { holds } from "../../core/lifecycle/conditions.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import type { Exit } from "../../core/lifecycle/state.ts";
import { transition } from "../../core/lifecycle/transition.ts";
import { Dependencies } from "../../runtime/supervisor/dependencies.ts";
import { type Supervised, supervise } from "../../runtime/supervisor/supervised.ts";
import { test } from "../rig/test.ts";

const GRAPHS = 150;
const EVENTS = 400;

type Random = () => number;

function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A supervisor whose programs do what the test says. */
class World {
  readonly processes = new Map<string, Supervised>();
  readonly dependencies = new Dependencies(this);
  readonly random: Random;
  nowMs = 1_000_000;
  spawns = 0;

  constructor(random: Random) {
    this.random = random;
    const size = 2 + Math.floor(random() * 10);
    /** What of each process may be needed. */
    const kinds: Dependency["condition"][] = [];
    for (let index = 0; index < size; index += 1) this.add(makeDefinition(index, random, kinds));
  }

  private add(definition: ProcessDefinition): void {
    const key = `p/${definition.name}`;
    this.processes.set(key, supervise({ key, id: key, manifestId: "m", definition }));
  }

  dispatch(process: Supervised, event: Event): void {
    const before = process.machine;
    const { machine, effects } = transition(before, event, {
      policy: process.definition.restart,
      nowMs: this.nowMs,
      random: this.random(),
      token: `t${this.spawns++}`,
      waitingFor: this.dependencies.waitingFor(process),
      checked: process.definition.healthCheck !== null,
    });
    process.machine = machine;
    if (machine.state.at === "starting" && before.state !== machine.state) {
      this.dependencies.remember(process);
      const regardless = event.type === "start" && event.regardless === true;
      const unmet = this.dependencies.waitingFor(process);
      assert.ok(regardless || unmet.length === 0, `${process.key} began on ${event.type} without ${unmet.join(", ")}`);
    }
    assert.ok(effects.filter((effect) => effect.do === "spawn").length <= 1);
    if (before !== machine) this.dependencies.changed(process);
  }

  together(work: () => void): void {
    work();
  }

  /** The programs do what programs do, until nothing moves any more: they are spawned, get healthy, end when they are told to. */
  settle(): void {
    for (let round = 0; round < 1_000; round += 1) {
      const moved = [...this.processes.values()].filter((process) => this.step(process));
      if (moved.length === 0) return;
    }
    assert.unreachable("it never comes to rest");
  }

  private step(process: Supervised): boolean {
    const { machine, definition } = process;
    const { state } = machine;
    switch (state.at) {
      case "starting":
        this.dispatch(process, { type: "spawned", identity: { pid: 1, startTicks: 1, bootId: "", token: state.token } });
        return true;
      case "stopping":
        this.dispatch(process, { type: "tree-empty", killed: false });
        return true;
      case "waiting":
        if (state.blockedBy === null) return false;
        this.dispatch(process, { type: "available", cause, unblocked: true });
        // Now it runs, or waits for what it depends on.
        return true;
      case "backoff":
        this.nowMs = Math.max(this.nowMs, state.untilMs);
        this.dispatch(process, { type: "timer", generation: machine.generation });
        return true;
      case "running":
        if (definition.type === "oneshot") this.dispatch(process, { type: "exited", exit: SUCCESS, leftovers: false });
        else if (machine.health === "unknown" || machine.health === "unhealthy")
          this.dispatch(process, { type: "health", to: "healthy", restart: false, cause });
        else return false;
        return true;
      default:
        return false;
    }
  }
}

const cause = { kind: "test", text: "test" };
const SUCCESS: Exit = { code: 0, signal: null, known: true, spawnError: null };
const FAILURE: Exit = { code: 1, signal: null, known: true, spawnError: null };
const CHECK = {
  probe: { kind: "log", pattern: "" },
  periodMs: 1,
  timeoutMs: 1,
  failures: 1,
  successes: 1,
  startGraceMs: 1,
  restart: false,
} as const;

/** Needs point to lower numbers, so that there is no circle. `kinds` gets one more. */
function makeDefinition(index: number, random: Random, kinds: Dependency["condition"][]): ProcessDefinition {
  const { manifest } = definitionForProgram({
    file: "/bin/p",
    name: `n${index}`,
    args: [],
    directory: "/p",
    environment: {},
    isOnPath: () => false,
    nodeVersion: () => null,
  });
  const base = manifest.processes[0] as ProcessDefinition;
  const oneshot = random() < 0.25;
  const dependsOn = Array.from({ length: index }, (_, lower) => lower)
    .filter(() => random() < 0.35)
    .map((lower): Dependency => {
      const onLoss = (["ignore", "hold", "restart", "stop"] as const)[Math.floor(random() * 4)] ?? "hold";
      return { name: `n${lower}`, condition: kinds[lower] ?? "started", onLoss };
    });
  kinds.push(oneshot ? "completed" : random() < 0.5 ? "healthy" : "started");
  return {
    ...base,
    project: "p",
    type: oneshot ? "oneshot" : "service",
    restart: { ...base.restart, policy: oneshot ? "never" : "always", jitter: 0 },
    healthCheck: kinds[index] === "healthy" ? CHECK : null,
    dependsOn,
  };
}

function randomEvent(process: Supervised, random: Random): Event | null {
  const { state } = process.machine;
  const pick = Math.floor(random() * 10);
  if (pick === 0) return { type: "start", cause };
  if (pick === 1) return { type: "stop", cause, force: random() < 0.2 };
  if (pick === 2) return { type: "restart", free: random() < 0.5, cause };
  if (state.at === "running" && pick === 3) return anExit(random);
  if (state.at === "running" && pick === 6) return { type: "followed", identity: { ...state.identity, pid: 2 }, exit: SUCCESS };
  if (state.at === "running" && pick === 7 && random() < 0.1) return { type: "daemonized", exit: SUCCESS, hint: "none" };
  if (state.at === "running" && pick === 4 && process.definition.healthCheck)
    return { type: "health", to: random() < 0.5 ? "unhealthy" : "healthy", restart: random() < 0.3, cause };
  if (state.at === "starting" && pick === 5) return { type: "spawn-failed", message: "no" };
  if (state.at === "starting" && pick === 8) return { type: "blocked", blockedBy: "a port", cause };
  if (state.at === "starting" && pick === 9) return { type: "intent-lost", ran: random() < 0.5 };
  return null;
}

function anExit(random: Random): Event {
  const exit = random() < 0.3 ? SUCCESS : FAILURE;
  return random() < 0.2
    ? { type: "exited", exit, leftovers: false, blockedBy: "a port" }
    : { type: "exited", exit, leftovers: random() < 0.2 };
}

/** The machine goes down and comes back: all that ran is lost, and what is wanted starts again, as after a boot. */
function boot(world: World): void {
  const all = [...world.processes.values()];
  for (const process of all) world.dispatch(process, { type: "lost", cause, unfinished: process.definition.type === "oneshot" });
  for (const process of all)
    if (process.machine.desired === "up" && process.definition.type === "service") world.dispatch(process, { type: "start", cause });
}

/** A failure tells the graph that it happened with: `GHOST_SEED` repeats it. */
function withSeeds(work: (random: Random) => void): void {
  const first = Number(process.env.GHOST_SEED ?? Date.now() % 1_000_000);
  for (let seed = first; seed < first + GRAPHS; seed += 1) {
    try {
      work(randomFrom(seed));
    } catch (error) {
      (error as Error).message = `GHOST_SEED=${seed}: ${(error as Error).message}`;
      throw error;
    }
  }
}

function checkAtRest(world: World): void {
  for (const process of world.processes.values()) {
    const { machine, definition, key } = process;
    const unmet = world.dependencies.waitingFor(process);
    const told = `${key} is ${machine.state.at}, ${machine.desired}, waits for [${unmet.join(", ")}]`;
    // Whoever can start, starts.
    if (machine.state.at === "waiting") assert.ok(unmet.length > 0, told);
    if (machine.state.at === "waiting") assert.is(machine.desired, "up", told);
    if (machine.desired === "up" && definition.type === "service" && unmet.length === 0)
      assert.ok(["running", "failed"].includes(machine.state.at), told);
    if (machine.desired === "down") assert.ok(["stopped", "exited", "failed"].includes(machine.state.at), told);
    if (machine.state.at === "running") checkHeld(world, process, told);
  }
}

/** Who shall be held, or stopped, does not run without what was lost. */
function checkHeld(world: World, process: Supervised, told: string): void {
  for (const dependency of process.definition.dependsOn) {
    if (dependency.onLoss !== "hold" && dependency.onLoss !== "stop") continue;
    const needed = world.dependencies.instancesOf("p", dependency.name);
    if (dependency.condition === "completed") continue;
    assert.ok(holds(dependency.condition, needed), `${told}, and runs without ${dependency.name} (${dependency.onLoss})`);
  }
}

test("any graph, any order of events: nobody begins without what it needs, nobody waits in vain, nobody outlives what holds it", () => {
  withSeeds((random) => {
    const world = new World(random);
    const all = [...world.processes.values()];
    for (let event = 0; event < EVENTS; event += 1) {
      const process = all[Math.floor(random() * all.length)] as Supervised;
      world.nowMs += Math.floor(random() * 1_000);
      const next = randomEvent(process, random);
      if (next) world.dispatch(process, next);
      if (random() < 0.01) boot(world);
      if (random() < 0.2) {
        world.settle();
        checkAtRest(world);
      }
    }
  });
});

test("all of them wanted: all of them come up, whatever the order in which they are asked for", () => {
  withSeeds((random) => {
    const world = new World(random);
    for (const process of [...world.processes.values()].sort(() => random() - 0.5)) world.dispatch(process, { type: "start", cause });
    world.settle();
    for (const { machine, definition, key } of world.processes.values())
      assert.is(machine.state.at, definition.type === "oneshot" ? "exited" : "running", key);
  });
});

test.run();
