import type { Cause } from "../api/wire.ts";
import type { RestartPolicy } from "../config/definition.ts";
import { decideAfterExit, decideRestart, type Verdict } from "./restart.ts";
import { type Afterwards, describeExit, type Exit, type Identity, type Machine, type State, UNSEEN_EXIT } from "./state.ts";

/** What happened, or was asked for. */
export type Event =
  /** `regardless`: whatever it depends on. */
  | { readonly type: "start"; readonly cause: Cause; readonly regardless?: boolean }
  /** `keepDesired`: the daemon itself goes; what people asked for stands. */
  | { readonly type: "stop"; readonly cause: Cause; readonly force: boolean; readonly keepDesired?: boolean }
  /** What people ask for changes, and nothing else: the schedule of one that is at rest begins or ends to count. */
  | { readonly type: "arm"; readonly armed: boolean; readonly cause: Cause | null }
  /** `free`: asked for by people or by a file change; else it costs budget and backs off. */
  | { readonly type: "restart"; readonly cause: Cause; readonly free: boolean }
  | { readonly type: "spawned"; readonly identity: Identity }
  | { readonly type: "spawn-failed"; readonly message: string }
  /** Before the spawn it was seen that something is not there without which the program could not run. */
  | { readonly type: "blocked"; readonly blockedBy: string; readonly cause: Cause }
  /** The main process handed over to a descendant and ended well. */
  | { readonly type: "followed"; readonly identity: Identity; readonly exit: Exit }
  /** The main process ended; `leftovers`: others of its tree still live; `blockedBy`: what it found wanting, so that a restart would be no use before that is there. */
  | { readonly type: "exited"; readonly exit: Exit; readonly leftovers: boolean; readonly blockedBy?: string }
  /** The main process ended well and left others running that cannot be followed on this system. */
  | { readonly type: "daemonized"; readonly exit: Exit; readonly hint: string }
  | { readonly type: "tree-empty"; readonly killed: boolean }
  | { readonly type: "timer"; readonly generation: number }
  /** An intent to spawn that a dead daemon left, and no process for it. `ran`: there was one, and it ended while nobody looked. */
  | { readonly type: "intent-lost"; readonly ran: boolean }
  /** Something that it waited for is there; all of it, if the context says so. `unblocked`: what its own program found wanting is there, too. */
  | { readonly type: "available"; readonly cause: Cause; readonly unblocked?: boolean }
  /** A condition that it depends on holds no longer. */
  | { readonly type: "dependency-lost"; readonly name: string; readonly onLoss: "hold" | "restart" | "stop"; readonly cause: Cause }
  /** It holds again, after a loss on which the process ran on. */
  | { readonly type: "dependency-back"; readonly name: string; readonly cause: Cause }
  /** The health check came to another verdict. `restart`: the process is to be restarted for it. */
  | { readonly type: "health"; readonly to: "unknown" | "healthy" | "unhealthy"; readonly restart: boolean; readonly cause: Cause }
  /** The machine went down under the process: nobody's fault, nothing to count. `unfinished`: it was to come to an end of its own and did not. */
  | { readonly type: "lost"; readonly cause: Cause; readonly unfinished: boolean };

/** What the supervisor has to do. */
export type Effect =
  | { readonly do: "spawn"; readonly token: string }
  | { readonly do: "terminate"; readonly force: boolean }
  | { readonly do: "set-timer"; readonly generation: number; readonly delayMs: number };

/** What the transition may know of the world. */
export interface Context {
  readonly policy: RestartPolicy;
  readonly nowMs: number;
  /** In [0, 1). */
  readonly random: number;
  /** A fresh token for the run that may begin. */
  readonly token: string;
  /** What it depends on and is not there, as phrases: `redis (healthy)`. Empty: it may begin. */
  readonly waitingFor: readonly string[];
  /** Whether a run has a health check, which then says when it is ready. */
  readonly checked: boolean;
}

export interface Transition {
  readonly machine: Machine;
  readonly effects: readonly Effect[];
  /** What `why` will say; null when nothing worth telling happened. */
  readonly cause: Cause | null;
}

/** The one process state machine. Pure and total: every state answers every event. */
export function transition(machine: Machine, event: Event, context: Context): Transition {
  switch (event.type) {
    case "start":
      return start(machine, event.cause, event.regardless === true ? { ...context, waitingFor: [] } : context);
    case "stop":
      return stop(machine, event, context);
    case "arm":
      return { machine: { ...machine, desired: event.armed ? "up" : "down" }, effects: [], cause: event.cause };
    case "restart":
      return restart(machine, event, context);
    case "spawned":
      return spawned(machine, event.identity, context);
    case "spawn-failed":
      return spawnFailed(machine, event.message, context);
    case "blocked":
      return machine.state.at === "starting" ? block(machine, event.blockedBy, event.cause) : unchanged(machine);
    case "followed":
      return followed(machine, event.identity, event.exit);
    case "exited":
      return exited(machine, event, context);
    case "daemonized":
      return daemonized(machine, event.exit, event.hint, context);
    case "tree-empty":
      return treeEmpty(machine, event.killed, context);
    case "timer":
      return timer(machine, event.generation, context);
    case "intent-lost":
      return intentLost(machine, event.ran, context);
    case "available":
      return available(machine, event, context);
    case "dependency-lost":
      return dependencyLost(machine, event, context);
    case "dependency-back":
      return dependencyBack(machine, event);
    case "health":
      return healthChanged(machine, event);
    case "lost":
      return lost(machine, event, context);
    default:
      return impossible(event);
  }
}

function lost(machine: Machine, { cause, unfinished }: Extract<Event, { type: "lost" }>, context: Context): Transition {
  const { at } = machine.state;
  if (at === "stopped" || at === "exited" || at === "failed") return unchanged(machine);
  const state: State = unfinished ? { at: "failed" } : { at: "stopped" };
  return {
    machine: { ...machine, state, generation: machine.generation + 1, lastExit: UNSEEN_EXIT, stoppedMs: context.nowMs },
    effects: [],
    cause,
  };
}

function start(machine: Machine, cause: Cause, context: Context): Transition {
  const wanted: Machine = { ...machine, desired: "up" };
  const { state } = machine;
  switch (state.at) {
    case "stopped":
    case "backoff":
    case "exited":
    case "failed":
      return beginRun(freshStart(wanted), cause, context);
    case "waiting":
      if (context.waitingFor.length === 0) return beginRun(freshStart(wanted), cause, context);
      return { machine: wanted, effects: [], cause: machine.desired === "up" ? null : cause };
    case "stopping":
      return { machine: { ...wanted, state: { ...state, afterwards: "restart", reason: cause.text } }, effects: [], cause };
    case "starting":
    case "running":
      return { machine: wanted, effects: [], cause: machine.desired === "up" ? null : cause };
    default:
      return impossible(state);
  }
}

function stop(machine: Machine, { cause, force, keepDesired }: Extract<Event, { type: "stop" }>, context: Context): Transition {
  const unwanted: Machine = keepDesired ? machine : { ...machine, desired: "down" };
  const { state } = machine;
  switch (state.at) {
    case "stopped":
      return { machine: unwanted, effects: [], cause: machine.desired === unwanted.desired ? null : cause };
    case "exited":
      // That it ended as it should stays to be seen; a stop only says that nobody wants it again.
      return { machine: unwanted, effects: [], cause: machine.desired === unwanted.desired ? null : cause };
    case "failed":
    case "waiting":
      return { machine: { ...unwanted, state: { at: "stopped" } }, effects: [], cause };
    case "backoff":
      return {
        machine: {
          ...unwanted,
          state: { at: "stopped" },
          generation: machine.generation + 1,
          stoppedMs: machine.stoppedMs ?? context.nowMs,
        },
        effects: [],
        cause,
      };
    case "starting":
      return beginStop(unwanted, null, state.token, "stop", force, cause);
    case "running":
      return beginStop(unwanted, state.identity, state.identity.token, "stop", force, cause);
    case "stopping": {
      const harder = force && !state.force;
      return {
        machine: { ...unwanted, state: { ...state, afterwards: "stop", force: state.force || force, reason: cause.text } },
        effects: harder ? [{ do: "terminate", force: true }] : [],
        cause,
      };
    }
    default:
      return impossible(state);
  }
}

function restart(machine: Machine, event: Extract<Event, { type: "restart" }>, context: Context): Transition {
  const { state } = machine;
  if (state.at !== "running") return event.free ? start(machine, event.cause, context) : unchanged(machine);
  const { identity } = state;
  if (event.free) return beginStop({ ...machine, desired: "up" }, identity, identity.token, "restart", false, event.cause);
  return beginStop(machine, identity, identity.token, "recover", false, event.cause);
}

function spawned(machine: Machine, identity: Identity, context: Context): Transition {
  const { state } = machine;
  switch (state.at) {
    case "starting":
      return {
        machine: {
          ...machine,
          state: { at: "running", identity },
          health: context.checked ? "unknown" : "none",
          startedMs: context.nowMs,
          stoppedMs: null,
        },
        effects: [],
        cause: { kind: "spawned", text: `runs as pid ${identity.pid}`, facts: { pid: identity.pid } },
      };
    case "stopping":
      // A stop overtook the spawn: now there is something to stop.
      return {
        machine: { ...machine, state: { ...state, identity }, startedMs: context.nowMs },
        effects: [{ do: "terminate", force: state.force }],
        cause: null,
      };
    case "stopped":
    case "waiting":
    case "running":
    case "backoff":
    case "exited":
    case "failed":
      return unchanged(machine);
    default:
      return impossible(state);
  }
}

function spawnFailed(machine: Machine, message: string, context: Context): Transition {
  const { state } = machine;
  const exit: Exit = { code: null, signal: null, known: true, spawnError: message };
  const ended: Machine = { ...machine, lastExit: exit, startedMs: null, stoppedMs: context.nowMs };
  if (state.at === "stopping") return finishStop(ended, state, false, context);
  if (state.at !== "starting") return unchanged(machine);
  return follow(ended, decideAfterExit(ended, exit, context.policy, context.nowMs, context.random), context, {
    kind: "spawn-failed",
    text: message,
  });
}

function followed(machine: Machine, identity: Identity, exit: Exit): Transition {
  const { state } = machine;
  if (state.at !== "running" && state.at !== "stopping") return unchanged(machine);
  const text = `pid ${state.identity?.pid ?? "?"} ${describeExit(exit)} and left pid ${identity.pid} running, which is followed`;
  return {
    machine: { ...machine, state: { ...state, identity } },
    effects: [],
    cause: { kind: "followed", text, facts: { pid: identity.pid } },
  };
}

function exited(
  machine: Machine,
  { exit, leftovers, blockedBy }: Omit<Extract<Event, { type: "exited" }>, "type">,
  context: Context,
): Transition {
  const { state } = machine;
  const ended: Machine = { ...machine, lastExit: exit };
  if (state.at === "stopping") return { machine: { ...ended, state: { ...state, ended: true } }, effects: [], cause: null };
  if (state.at !== "running") return unchanged(machine);
  const cause = exitCause(exit);
  if (leftovers) return endLeftovers(ended, state.identity, cause);
  const over: Machine = { ...ended, stoppedMs: context.nowMs };
  if (blockedBy !== undefined && context.policy.policy !== "never") return block(over, blockedBy, cause);
  const told = blockedBy === undefined ? cause : { ...cause, text: `${cause.text}: ${blockedBy}` };
  return follow(over, decideAfterExit(over, exit, context.policy, context.nowMs, context.random), context, told);
}

/** To start it again would only make it fall over again. */
function block(machine: Machine, blockedBy: string, cause: Cause): Transition {
  const text = `${cause.text}: ${blockedBy}; waits until that has changed`;
  return {
    machine: { ...machine, state: { at: "waiting", blockedBy }, generation: machine.generation + 1 },
    effects: [],
    cause: { ...cause, text, facts: { ...cause.facts, blockedBy } },
  };
}

function available(machine: Machine, { cause, unblocked }: Extract<Event, { type: "available" }>, context: Context): Transition {
  const { state } = machine;
  if (state.at !== "waiting") return unchanged(machine);
  const blockedBy = unblocked ? null : state.blockedBy;
  if (blockedBy === null && context.waitingFor.length === 0) return beginRun(machine, cause, context);
  if (blockedBy === state.blockedBy) return unchanged(machine);
  return { machine: { ...machine, state: { at: "waiting", blockedBy } }, effects: [], cause };
}

function dependencyLost(machine: Machine, event: Extract<Event, { type: "dependency-lost" }>, context: Context): Transition {
  const { state } = machine;
  const { cause, name, onLoss } = event;
  if (onLoss === "stop") {
    const rests = state.at === "stopped" || state.at === "exited" || state.at === "failed";
    return rests || state.at === "waiting" ? unchanged(machine) : stop(machine, { type: "stop", cause, force: false }, context);
  }
  if (state.at !== "running" && state.at !== "starting") {
    if (state.at !== "backoff" || onLoss !== "hold") return unchanged(machine);
    return { machine: { ...machine, state: { at: "waiting", blockedBy: null }, generation: machine.generation + 1 }, effects: [], cause };
  }
  if (onLoss === "hold") {
    const identity = state.at === "running" ? state.identity : null;
    return beginStop(machine, identity, identity?.token ?? (state.at === "starting" ? state.token : ""), "hold", false, cause);
  }
  const lost = machine.lost ?? [];
  if (lost.includes(name)) return unchanged(machine);
  return { machine: { ...machine, lost: [...lost, name] }, effects: [], cause };
}

function dependencyBack(machine: Machine, { name, cause }: Extract<Event, { type: "dependency-back" }>): Transition {
  const { state, lost = [] } = machine;
  if (!lost.includes(name)) return unchanged(machine);
  const left: Machine = { ...machine, lost: lost.filter((other) => other !== name) };
  if (state.at !== "running") return { machine: left, effects: [], cause: null };
  return beginStop(left, state.identity, state.identity.token, "restart", false, cause);
}

function healthChanged(machine: Machine, { to, restart, cause }: Extract<Event, { type: "health" }>): Transition {
  const { state } = machine;
  if (state.at !== "running" || machine.health === to) return unchanged(machine);
  const told: Machine = { ...machine, health: to };
  if (!restart) return { machine: told, effects: [], cause };
  return beginStop(told, state.identity, state.identity.token, "recover", false, cause);
}

function endLeftovers(machine: Machine, identity: Identity, cause: Cause): Transition {
  const told = { ...cause, text: `${cause.text}; what it left behind is being ended` };
  const begun = beginStop(machine, identity, identity.token, "decide", false, told);
  const { state } = begun.machine;
  return state.at === "stopping" ? { ...begun, machine: { ...begun.machine, state: { ...state, ended: true } } } : begun;
}

function daemonized(machine: Machine, exit: Exit, hint: string, context: Context): Transition {
  if (machine.state.at !== "running") return exited(machine, { exit, leftovers: false }, context);
  const cause: Cause = {
    kind: "daemonized",
    text: `${describeExit(exit)} and went on in the background, where it cannot be followed`,
    facts: { hint },
  };
  return { machine: { ...machine, state: { at: "failed" }, lastExit: exit, stoppedMs: context.nowMs }, effects: [], cause };
}

function treeEmpty(machine: Machine, killed: boolean, context: Context): Transition {
  const { state } = machine;
  if (state.at !== "stopping") return unchanged(machine);
  return finishStop({ ...machine, stoppedMs: context.nowMs }, state, killed, context);
}

function timer(machine: Machine, generation: number, context: Context): Transition {
  if (machine.state.at !== "backoff" || machine.generation !== generation) return unchanged(machine);
  return beginRun(machine, { kind: "restarted", text: `restart number ${machine.restarts}` }, context);
}

// What the answers above have in common.

type Stopping = Extract<State, { at: "stopping" }>;

function unchanged(machine: Machine): Transition {
  return { machine, effects: [], cause: null };
}

/** An explicit start forgives: back-off and budget begin anew. */
function freshStart(machine: Machine): Machine {
  return { ...machine, streak: 0, recent: [] };
}

/** What it depends on may not be there: then it waits. */
function beginRun(machine: Machine, cause: Cause, context: Context): Transition {
  const { token, waitingFor } = context;
  const generation = machine.generation + 1;
  if (waitingFor.length > 0) {
    const text = `${cause.text}; waits for ${waitingFor.join(", ")}`;
    const waiting: Machine = { ...machine, state: { at: "waiting", blockedBy: null }, generation, lost: [] };
    return { machine: waiting, effects: [], cause: { ...cause, text, facts: { ...cause.facts, waitingFor } } };
  }
  return {
    machine: { ...machine, state: { at: "starting", token }, generation, lost: [] },
    effects: [{ do: "spawn", token }],
    cause,
  };
}

function intentLost(machine: Machine, ran: boolean, context: Context): Transition {
  if (machine.state.at !== "starting") return unchanged(machine);
  if (ran) {
    const over: Machine = { ...machine, lastExit: UNSEEN_EXIT, startedMs: context.nowMs, stoppedMs: context.nowMs };
    const verdict = decideAfterExit(over, UNSEEN_EXIT, context.policy, context.nowMs, context.random);
    return follow(over, verdict, context, exitCause(UNSEEN_EXIT));
  }
  return beginRun(machine, { kind: "start", text: "the daemon died before it could be started; started now" }, context);
}

function beginStop(
  machine: Machine,
  identity: Identity | null,
  token: string,
  afterwards: Afterwards,
  force: boolean,
  cause: Cause,
): Transition {
  const state: State = { at: "stopping", identity, token, afterwards, force, reason: cause.text };
  return {
    machine: { ...machine, state, generation: machine.generation + 1 },
    effects: identity ? [{ do: "terminate", force }] : [],
    cause,
  };
}

function finishStop(machine: Machine, stopping: Stopping, killed: boolean, context: Context): Transition {
  // The reason comes along, so that the last cause still answers "why".
  const reason = stopping.reason ?? "ended";
  const how = killed ? `${reason}; killed, because it did not end in time` : reason;
  const { afterwards } = stopping;
  switch (afterwards) {
    case "stop":
      return { machine: { ...machine, state: { at: "stopped" } }, effects: [], cause: { kind: killed ? "killed" : "stopped", text: how } };
    case "restart":
      return beginRun(freshStart(machine), { kind: "restart", text: `${how}; starts again` }, context);
    case "hold":
      return beginRun(machine, { kind: "held", text: how }, context);
    case "recover": {
      const verdict = decideRestart(machine, context.policy, context.nowMs, context.random);
      return follow(machine, verdict, context, { kind: "restart", text: how });
    }
    case "decide": {
      const exit = machine.lastExit ?? UNSEEN_EXIT;
      return follow(machine, decideAfterExit(machine, exit, context.policy, context.nowMs, context.random), context, exitCause(exit));
    }
    default:
      return impossible(afterwards);
  }
}

function follow(machine: Machine, verdict: Verdict, context: Context, cause: Cause): Transition {
  switch (verdict.then) {
    case "exited":
      return { machine: { ...machine, state: { at: "exited" } }, effects: [], cause };
    case "failed":
      return {
        machine: { ...machine, state: { at: "failed" } },
        effects: [],
        cause: verdict.because === "budget" ? budgetSpent(cause, context.policy) : cause,
      };
    case "restart": {
      const { delayMs, streak, recent } = verdict;
      const next: Machine = { ...machine, restarts: machine.restarts + 1, streak, recent };
      if (delayMs === 0) return beginRun(next, { ...cause, text: `${cause.text}; restarts at once` }, context);
      const generation = next.generation + 1;
      return {
        machine: { ...next, generation, state: { at: "backoff", untilMs: context.nowMs + delayMs } },
        effects: [{ do: "set-timer", generation, delayMs }],
        cause: { ...cause, text: `${cause.text}; restarts in ${formatDelay(delayMs)}`, facts: { ...cause.facts, delayMs } },
      };
    }
    default:
      return impossible(verdict);
  }
}

function exitCause(exit: Exit): Cause {
  const facts = { exitCode: exit.code, signal: exit.signal, exitKnown: exit.known };
  return { kind: exit.outOfMemory === "certain" ? "oom-killed" : "exit", text: describeExit(exit), facts };
}

function budgetSpent(cause: Cause, policy: RestartPolicy): Cause {
  return {
    kind: "budget-spent",
    text: `${cause.text}; gave up after ${policy.maxRestarts} restarts within ${policy.windowMs / 1000} s`,
    facts: { ...cause.facts, maxRestarts: policy.maxRestarts, windowMs: policy.windowMs },
  };
}

function formatDelay(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function impossible(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
