import type { Cause } from "../api/wire.ts";
import type { RestartPolicy } from "../config/definition.ts";
import type { Exit, Identity, Machine } from "./state.ts";

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
  /** The main process handed over to a descendant and ended well; `completed`: it was a one-shot's, which has thereby done what it had to. */
  | { readonly type: "followed"; readonly identity: Identity; readonly exit: Exit; readonly completed?: boolean }
  /** The main process ended; `leftovers`: others of its tree still live; `blockedBy`: what it found wanting, so that a restart would be no use before that is there; `remark`: what is known besides of why it ended. */
  | { readonly type: "exited"; readonly exit: Exit; readonly leftovers: boolean; readonly blockedBy?: string; readonly remark?: string }
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
