/** How a process answers to what it needs: that it comes and goes, and what its health check says. */
import type { Cause } from "../api/wire.ts";
import type { Context, Event, Transition } from "./events.ts";
import type { Machine } from "./state.ts";
import { beginRun, beginStop, stop, unchanged } from "./steps.ts";

/** To start it again would only make it fall over again. */
export function block(machine: Machine, blockedBy: string, cause: Cause): Transition {
  const text = `${cause.text}: ${blockedBy}; waits until that has changed`;
  return {
    machine: { ...machine, state: { at: "waiting", blockedBy }, generation: machine.generation + 1 },
    effects: [],
    cause: { ...cause, text, facts: { ...cause.facts, blockedBy } },
  };
}

/** Something that it waited for is there. */
export function available(machine: Machine, { cause, unblocked }: Extract<Event, { type: "available" }>, context: Context): Transition {
  const { state } = machine;
  if (state.at !== "waiting") return unchanged(machine);
  const blockedBy = unblocked ? null : state.blockedBy;
  if (blockedBy === null && context.waitingFor.length === 0) return beginRun(machine, cause, context);
  if (blockedBy === state.blockedBy) return unchanged(machine);
  return { machine: { ...machine, state: { at: "waiting", blockedBy } }, effects: [], cause };
}

/** A condition that it depends on holds no longer: `onLoss` says what follows. */
export function dependencyLost(machine: Machine, event: Extract<Event, { type: "dependency-lost" }>, context: Context): Transition {
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

/** It holds again; one that ran on meanwhile is restarted. */
export function dependencyBack(machine: Machine, { name, cause }: Extract<Event, { type: "dependency-back" }>): Transition {
  const { state, lost = [] } = machine;
  if (!lost.includes(name)) return unchanged(machine);
  const left: Machine = { ...machine, lost: lost.filter((other) => other !== name) };
  if (state.at !== "running") return { machine: left, effects: [], cause: null };
  return beginStop(left, state.identity, state.identity.token, "restart", false, cause);
}

/** The health check came to another verdict. */
export function healthChanged(machine: Machine, { to, restart, cause }: Extract<Event, { type: "health" }>): Transition {
  const { state } = machine;
  if (state.at !== "running" || machine.health === to) return unchanged(machine);
  const told: Machine = { ...machine, health: to };
  if (!restart) return { machine: told, effects: [], cause };
  return beginStop(told, state.identity, state.identity.token, "recover", false, cause);
}
