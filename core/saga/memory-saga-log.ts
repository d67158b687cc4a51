import { GhostError } from "../errors/ghost-error.ts";
import type { SagaState } from "./result.ts";
import type { HeldSaga, SagaAddition, SagaClaim, SagaLog, SagaNotice } from "./saga-log.ts";

interface Kept {
  readonly name: string;
  readonly id: string;
  state: SagaState;
  readonly records: string[];
  holder: string | null;
  leaseMs: number;
  leaseEnds: number;
  fence: number;
}

const ENDS: readonly SagaState[] = ["done", "compensated"];
const AT_REST: readonly SagaState[] = [...ENDS, "parked"];

/** The logs of sagas in this process, for tests of apps: what the hub does, without its limits. What programs of one "hub" share is one of these. */
export class MemorySagaLog implements SagaLog {
  private readonly now: () => number;
  private readonly sagas = new Map<string, Kept>();
  private readonly listeners = new Set<(notice: SagaNotice) => void>();

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.now = now;
  }

  async start(name: string, id: string, record: string, { holder, leaseMs }: SagaClaim): Promise<boolean> {
    if (this.find(name, id)) return false;
    const lease = { holder, leaseMs, leaseEnds: this.now() + leaseMs, fence: 1 };
    this.sagas.set(JSON.stringify([name, id]), { name, id, state: "running", records: [record], ...lease });
    return true;
  }

  async claim(name: string, id: string, { holder, leaseMs }: SagaClaim): Promise<HeldSaga | null> {
    const saga = this.find(name, id);
    if (!saga || AT_REST.includes(saga.state) || !this.isFree(saga, holder)) return null;
    Object.assign(saga, { holder, leaseMs, leaseEnds: this.now() + leaseMs, fence: saga.fence + 1 });
    return { fence: saga.fence, records: [...saga.records] };
  }

  async renew(name: string, id: string, fence: number): Promise<void> {
    const saga = this.held(name, id, fence);
    saga.leaseEnds = this.now() + saga.leaseMs;
  }

  async append(name: string, id: string, { number, state, fence, record }: SagaAddition): Promise<boolean> {
    const saga = fence === 0 ? this.find(name, id) : this.held(name, id, fence);
    if (!saga) throw new GhostError("NOT_FOUND", `cannot write the saga's log: there is no ${name} ${id}`);
    if (ENDS.includes(saga.state)) throw new GhostError("FAILED", `cannot write the saga's log: ${id} has ended`);
    if (saga.records.length !== number) return false;
    saga.records.push(record);
    saga.state = state;
    if (fence > 0) saga.leaseEnds = this.now() + saga.leaseMs;
    if (AT_REST.includes(state)) saga.holder = null;
    if (fence === 0 || AT_REST.includes(state)) this.tell({ name, id, state });
    return true;
  }

  async read(name: string, id: string): Promise<{ state: SagaState; records: readonly string[] } | null> {
    const saga = this.find(name, id);
    return saga ? { state: saga.state, records: [...saga.records] } : null;
  }

  async free(name: string, holder: string, limit: number): Promise<readonly string[]> {
    const all = [...this.sagas.values()];
    const free = all.filter((saga) => saga.name === name && !AT_REST.includes(saga.state) && this.isFree(saga, holder));
    return free.slice(0, limit).map(({ id }) => id);
  }

  async listen(listener: (notice: SagaNotice) => void): Promise<() => Promise<void>> {
    this.listeners.add(listener);
    return async () => void this.listeners.delete(listener);
  }

  private find(name: string, id: string): Kept | undefined {
    return this.sagas.get(JSON.stringify([name, id]));
  }

  private held(name: string, id: string, fence: number): Kept {
    const saga = this.find(name, id);
    if (saga?.holder != null && saga.fence === fence) return saga;
    throw new GhostError("LEASE_LOST", `cannot go on with the saga ${id}: it is not held under number ${fence} any more`);
  }

  private isFree({ holder, leaseEnds }: Kept, by: string): boolean {
    return holder === null || holder === by || leaseEnds <= this.now();
  }

  private tell(notice: SagaNotice): void {
    Promise.resolve().then(() => {
      for (const listener of this.listeners) listener(notice);
    });
  }
}
