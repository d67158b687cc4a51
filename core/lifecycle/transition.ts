import type { Cause } from "../api/wire.ts";
import type { Context, Event, Transition } from "./events.ts";
import { available, block, dependencyBack, dependencyLost, healthChanged } from "./needs.ts";
import { decideAfterExit } from "./restart.ts";
import { describeExit, type Exit, hasCompleted, type Identity, type Machine, type State, UNSEEN_EXIT } from "./state.ts";
import { beginRun, beginStop, exitCause, finishStop, follow, freshStart, impossible, stop, unchanged } from "./steps.ts";

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
      return followed(machine, event);
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
  if (hasCompleted(machine)) return { machine: { ...machine, state: { at: "exited" }, stoppedMs: context.nowMs }, effects: [], cause };
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

function followed(machine: Machine, { identity, exit, completed }: Extract<Event, { type: "followed" }>): Transition {
  const { state } = machine;
  if (state.at !== "running" && state.at !== "stopping") return unchanged(machine);
  const what = completed ? "which is followed; the run itself is completed" : "which is followed";
  const text = `pid ${state.identity?.pid ?? "?"} ${describeExit(exit)} and left pid ${identity.pid} running, ${what}`;
  const cause: Cause = { kind: "followed", text, facts: { pid: identity.pid } };
  if (!completed || state.at === "stopping") return { machine: { ...machine, state: { ...state, identity } }, effects: [], cause };
  // What is left behind may hand over again: only the first end is the program's own.
  const first = state.completed ?? exit;
  return { machine: { ...machine, lastExit: first, state: { ...state, identity, completed: first } }, effects: [], cause };
}

function exited(
  machine: Machine,
  { exit: seen, leftovers, blockedBy, remark }: Omit<Extract<Event, { type: "exited" }>, "type">,
  context: Context,
): Transition {
  const { state } = machine;
  // However that ends which a one-shot left behind: the run itself ended before, and as it should.
  const exit = (state.at === "running" || state.at === "stopping" ? state.completed : undefined) ?? seen;
  const ended: Machine = { ...machine, lastExit: exit };
  if (state.at === "stopping") return { machine: { ...ended, state: { ...state, ended: true } }, effects: [], cause: null };
  if (state.at !== "running") return unchanged(machine);
  const cause = exitCause(exit);
  if (leftovers) return endLeftovers(ended, state.identity, cause);
  const over: Machine = { ...ended, stoppedMs: context.nowMs };
  if (blockedBy !== undefined && context.policy.policy !== "never") return block(over, blockedBy, cause);
  const known = blockedBy ?? remark;
  const told = known === undefined ? cause : { ...cause, text: `${cause.text}: ${known}` };
  return follow(over, decideAfterExit(over, exit, context.policy, context.nowMs, context.random), context, told);
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
  const after = machine.lastExit === null ? "" : `, after it ${describeExit(machine.lastExit)}`;
  return beginRun(machine, { kind: "restarted", text: `restart number ${machine.restarts}${after}` }, context);
}

function intentLost(machine: Machine, ran: boolean, context: Context): Transition {
  if (machine.state.at !== "starting") return unchanged(machine);
  if (ran) {
    const over: Machine = { ...machine, lastExit: UNSEEN_EXIT, startedMs: context.nowMs, stoppedMs: context.nowMs };
    const verdict = decideAfterExit(over, UNSEEN_EXIT, context.policy, context.nowMs, context.random);
    return follow(over, verdict, context, exitCause(UNSEEN_EXIT));
  }
  return beginRun(machine, { kind: "start", text: "the last daemon ended before it could be started; started now" }, context);
}
