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
    for (let index = 0; index < size; index += 1) this.add(makeDefinition(index, random));
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

/** Needs point to lower numbers, so that there is no circle. */
function makeDefinition(index: number, random: Random): ProcessDefinition {
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
      return { name: `n${lower}`, condition: KINDS.get(lower) ?? "started", onLoss };
    });
  KINDS.set(index, oneshot ? "completed" : random() < 0.5 ? "healthy" : "started");
  return {
    ...base,
    project: "p",
    type: oneshot ? "oneshot" : "service",
    restart: { ...base.restart, policy: oneshot ? "never" : "always", jitter: 0 },
    healthCheck: KINDS.get(index) === "healthy" ? CHECK : null,
    dependsOn,
  };
}

/** What of each process may be needed. */
const KINDS = new Map<number, Dependency["condition"]>();

function randomEvent(process: Supervised, random: Random): Event | null {
  const { state } = process.machine;
  const pick = Math.floor(random() * 8);
  if (pick === 0) return { type: "start", cause };
  if (pick === 1) return { type: "stop", cause, force: random() < 0.2 };
  if (pick === 2) return { type: "restart", free: random() < 0.5, cause };
  if (state.at === "running" && pick === 3) return { type: "exited", exit: random() < 0.3 ? SUCCESS : FAILURE, leftovers: random() < 0.2 };
  if (state.at === "running" && pick === 4 && process.definition.healthCheck)
    return { type: "health", to: random() < 0.5 ? "unhealthy" : "healthy", restart: random() < 0.3, cause };
  if (state.at === "starting" && pick === 5) return { type: "spawn-failed", message: "no" };
  return null;
}

function checkAtRest(world: World, seed: number): void {
  for (const process of world.processes.values()) {
    const { machine, definition, key } = process;
    const unmet = world.dependencies.waitingFor(process);
    const told = `seed ${seed}: ${key} is ${machine.state.at}, ${machine.desired}, waits for [${unmet.join(", ")}]`;
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
  const first = Date.now() % 1_000_000;
  for (let graph = 0; graph < GRAPHS; graph += 1) {
    const seed = first + graph;
    const random = randomFrom(seed);
    const world = new World(random);
    const all = [...world.processes.values()];
    for (let event = 0; event < EVENTS; event += 1) {
      const process = all[Math.floor(random() * all.length)] as Supervised;
      world.nowMs += Math.floor(random() * 1_000);
      const next = randomEvent(process, random);
      if (next) world.dispatch(process, next);
      if (random() < 0.2) {
        world.settle();
        checkAtRest(world, seed);
      }
    }
  }
});

test("all of them wanted: all of them come up, whatever the order in which they are asked for", () => {
  const first = Date.now() % 1_000_000;
  for (let graph = 0; graph < GRAPHS; graph += 1) {
    const random = randomFrom(first + graph);
    const world = new World(random);
    for (const process of [...world.processes.values()].sort(() => random() - 0.5)) world.dispatch(process, { type: "start", cause });
    world.settle();
    for (const { machine, definition, key } of world.processes.values())
      assert.is(machine.state.at, definition.type === "oneshot" ? "exited" : "running", `seed ${first + graph}: ${key}`);
  }
});

test.run();
