import type { RestartPolicy } from "../config/definition.ts";
import { CRASH_LOOP_RESTARTS, CRASH_LOOP_WINDOW_MS, type Exit, type Machine, succeeded } from "./state.ts";

/** What the restart policy says of an exit. */
export type Verdict =
  | { readonly then: "exited" }
  | { readonly then: "failed"; readonly because: "policy" | "budget" }
  | { readonly then: "restart"; readonly delayMs: number; readonly streak: number; readonly recent: readonly number[] };

/**
 * Budget and back-off, composed. The first restart after a stable run (one of at least `resetAfterMs`) is immediate,
 * the next waits `delayMs`, each further one `factor` times as long, up to `maxDelayMs`, give or take the jitter.
 * With a budget, the exit after `maxRestarts` restarts within `windowMs` is final (OTP's intensity and period).
 */
export function decideAfterExit(machine: Machine, exit: Exit, policy: RestartPolicy, nowMs: number, random: number): Verdict {
  const success = succeeded(exit, policy);
  if (policy.policy === "never" || (policy.policy === "on-failure" && success)) {
    return success ? { then: "exited" } : { then: "failed", because: "policy" };
  }
  return decideRestart(machine, policy, nowMs, random);
}

/** As `decideAfterExit`, for a process that Ghost itself ended (memory, health): how it ended says nothing, but `never` still means never. */
export function decideRestart(machine: Machine, policy: RestartPolicy, nowMs: number, random: number): Verdict {
  if (policy.policy === "never") return { then: "failed", because: "policy" };
  if (policy.maxRestarts !== null) {
    const spent = machine.recent.filter((at) => at > nowMs - policy.windowMs).length;
    if (spent >= policy.maxRestarts) return { then: "failed", because: "budget" };
  }
  const wasStable = machine.startedMs !== null && nowMs - machine.startedMs >= policy.resetAfterMs;
  const streak = wasStable ? 0 : machine.streak;
  return {
    then: "restart",
    delayMs: backoffMs(policy, streak, random),
    streak: streak + 1,
    recent: remember(machine.recent, policy, nowMs),
  };
}

/** The delay before restart number `streak` (0 = the first) since the last stable run. `random` is in [0, 1). */
export function backoffMs(policy: RestartPolicy, streak: number, random: number): number {
  if (streak === 0) return 0;
  const exact = Math.min(policy.maxDelayMs, policy.delayMs * policy.factor ** (streak - 1));
  return Math.round(Math.min(policy.maxDelayMs, exact * (1 + policy.jitter * (2 * random - 1))));
}

function remember(recent: readonly number[], policy: RestartPolicy, nowMs: number): readonly number[] {
  const horizonMs = Math.max(policy.windowMs, CRASH_LOOP_WINDOW_MS);
  const keep = Math.max(CRASH_LOOP_RESTARTS, policy.maxRestarts ?? 0);
  return [...recent.filter((at) => at > nowMs - horizonMs), nowMs].slice(-keep);
}

/** A policy in a few words, for `status`. */
export function describePolicy(policy: RestartPolicy): string {
  if (policy.policy === "never") return "never";
  const budget = policy.maxRestarts === null ? "no limit" : `at most ${policy.maxRestarts} in ${policy.windowMs / 1000} s`;
  return `${policy.policy}, back-off ${policy.delayMs} ms × ${policy.factor} up to ${policy.maxDelayMs / 1000} s, ${budget}`;
}
