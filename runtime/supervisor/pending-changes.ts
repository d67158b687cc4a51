import type { ProcessDefinition } from "../../core/config/definition.ts";
import type { State } from "../../core/lifecycle/state.ts";
import type { Store } from "./store.ts";
import type { Supervised } from "./supervised.ts";

/** Where it rests in the state which runs are still of an earlier definition. */
const META_KEY = "pending-changes";

interface Pending {
  /** The token of the run that has to give way. */
  readonly run: string;
  /** Whether that run is of `earlier`, and not of one between that and the last. */
  readonly isOfEarlier: boolean;
  /** The last definition with which it was ready; where it is not returned to, null. */
  readonly earlier: ProcessDefinition | null;
}

/** What `note` gives and `settle` takes back: the changes that one request makes. */
export type Noted = ReadonlyMap<string, Pending>;

/**
 * Which running processes have yet to take up a definition that is already registered. Kept in the state, so that a daemon that comes
 * after one which died in the middle goes on: else what runs and what is registered would differ, and nothing would say so.
 */
export class PendingChanges {
  private readonly store: Store;
  private readonly pending: Map<string, Pending>;

  constructor(store: Store) {
    this.store = store;
    this.pending = new Map(Object.entries(JSON.parse(store.getMeta(META_KEY) ?? "{}") as Record<string, Pending>));
  }

  /** A registration changed these processes. `earlier`: what those had that may return to it; a change that is not over passes its own on. */
  note(processes: readonly Supervised[], earlier: (process: Supervised) => ProcessDefinition | null): Noted {
    const noted = new Map<string, Pending>();
    for (const process of processes) {
      const isOfEarlier = !this.pending.has(process.key) || this.runsEarlier(process);
      const change = { run: runOf(process.machine.state), isOfEarlier, earlier: this.earlierOf(process) ?? earlier(process) };
      noted.set(process.key, change);
      this.pending.set(process.key, change);
    }
    if (noted.size > 0) this.save();
    return noted;
  }

  /** The request is through with its changes; those that another one made since are that one's. */
  settle(noted: Noted): void {
    const own = [...noted].filter(([key, change]) => this.pending.get(key) === change);
    for (const [key] of own) this.pending.delete(key);
    if (own.length > 0) this.save();
  }

  /** Everything that the last daemon was in the middle of, to go on with. */
  all(): Noted {
    return new Map(this.pending);
  }

  /** True while the run that is of an earlier definition goes on. */
  isOutdated(process: Supervised): boolean {
    const change = this.pending.get(process.key);
    return change !== undefined && change.run !== "" && change.run === runOf(process.machine.state);
  }

  /** True while it runs with what it would return to. */
  runsEarlier(process: Supervised): boolean {
    return this.isOutdated(process) && this.pending.get(process.key)?.isOfEarlier === true;
  }

  /** What to return to; null where nothing is pending, or where no return was meant. */
  earlierOf(process: Supervised): ProcessDefinition | null {
    return this.pending.get(process.key)?.earlier ?? null;
  }

  /** Whether these changes are still the last ones of this process. */
  isLatest(noted: Noted, process: Supervised): boolean {
    return this.pending.get(process.key) === noted.get(process.key);
  }

  private save(): void {
    this.store.setMeta(META_KEY, JSON.stringify(Object.fromEntries(this.pending)));
  }
}

function runOf(state: State): string {
  return state.at === "running" ? state.identity.token : state.at === "starting" || state.at === "stopping" ? state.token : "";
}
