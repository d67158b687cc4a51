/** What the answers to events have in common: how a run begins, how one ends, and what follows. */
import type { Cause } from "../api/wire.ts";
import type { RestartPolicy } from "../config/definition.ts";
import type { Context, Event, Transition } from "./events.ts";
import { decideAfterExit, decideRestart, type Verdict } from "./restart.ts";
import { type Afterwards, describeExit, type Exit, type Identity, type Machine, type State, UNSEEN_EXIT } from "./state.ts";

type Stopping = Extract<State, { at: "stopping" }>;

/** Nothing follows from the event. */
export function unchanged(machine: Machine): Transition {
  return { machine, effects: [], cause: null };
}

/** An explicit start forgives: back-off and budget begin anew. */
export function freshStart(machine: Machine): Machine {
  return { ...machine, streak: 0, recent: [] };
}

/** What it depends on may not be there: then it waits. */
export function beginRun(machine: Machine, cause: Cause, context: Context): Transition {
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

/** Asks what runs to end; what follows then is `afterwards`. */
export function beginStop(
  machine: Machine,
  identity: Identity | null,
  token: string,
  afterwards: Afterwards,
  force: boolean,
  cause: Cause,
): Transition {
  const completed = machine.state.at === "running" ? machine.state.completed : undefined;
  const state: State = { at: "stopping", identity, token, afterwards, force, reason: cause.text, ...(completed && { completed }) };
  return {
    machine: { ...machine, state, generation: machine.generation + 1 },
    effects: identity ? [{ do: "terminate", force }] : [],
    cause,
  };
}

/** The tree is empty: what was to follow the stop follows. */
export function finishStop(machine: Machine, stopping: Stopping, killed: boolean, context: Context): Transition {
  // The reason comes along, so that the last cause still answers "why".
  const reason = stopping.reason ?? "ended";
  const how = killed ? `${reason}; killed, because it did not end in time` : reason;
  const { afterwards } = stopping;
  switch (afterwards) {
    case "stop":
      return { machine: { ...machine, state: { at: "stopped" } }, effects: [], cause: stoppedCause(machine, stopping, how, killed) };
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

/** Also tells how the program took it, where that was seen. */
function stoppedCause({ lastExit }: Machine, { ended }: Stopping, how: string, killed: boolean): Cause {
  if (killed) return { kind: "killed", text: how };
  if (!ended || lastExit === null) return { kind: "stopped", text: how };
  const facts = { exitCode: lastExit.code, signal: lastExit.signal, exitKnown: lastExit.known };
  return { kind: "stopped", text: `${how}; it ${describeExit(lastExit)}`, facts };
}

/** Does what the restart policy says. */
export function follow(machine: Machine, verdict: Verdict, context: Context, cause: Cause): Transition {
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

/** An exit, as `why` tells it. */
export function exitCause(exit: Exit): Cause {
  const facts = { exitCode: exit.code, signal: exit.signal, exitKnown: exit.known };
  return { kind: exit.outOfMemory === "certain" ? "oom-killed" : "exit", text: describeExit(exit), facts };
}

function budgetSpent(cause: Cause, policy: RestartPolicy): Cause {
  return {
    kind: "budget-spent",
    text: `${cause.text}; gave up after ${policy.maxRestarts} restart${policy.maxRestarts === 1 ? "" : "s"} within ${policy.windowMs / 1000} s`,
    facts: { ...cause.facts, maxRestarts: policy.maxRestarts, windowMs: policy.windowMs },
  };
}

function formatDelay(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** For the end of a switch that answers everything. */
export function impossible(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** Nobody wants it any more, or the daemon itself goes. */
export function stop(machine: Machine, { cause, force, keepDesired }: Extract<Event, { type: "stop" }>, context: Context): Transition {
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
