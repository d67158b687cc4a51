import { type KeptSaga, SagaBook, type SagaShelf } from "./book.ts";
import { succeeds } from "./holder.ts";
import type { SagaRecord } from "./records.ts";
import { isAtRest } from "./result.ts";
import type { SagaClaim, SagaLog, SagaNotice, SagaTurn } from "./saga-log.ts";

interface Kept extends KeptSaga {
  readonly log: string[];
}

/** The logs of sagas in this process, for tests of apps. What programs of one "hub" share is one of these. */
export class MemorySagaLog implements SagaLog, SagaShelf<Kept> {
  readonly now: () => number;
  private readonly sagas = new Map<string, Kept>();
  private readonly listeners = new Set<(notice: SagaNotice) => void>();
  private readonly book = new SagaBook<Kept>(this);

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.now = now;
  }

  async claim(name: string, id: string, claim: SagaClaim, input?: string): Promise<SagaTurn> {
    return copy(this.book.claim(name, id, claim, input));
  }

  async report(name: string, id: string, fence: number, fact?: string): Promise<SagaTurn> {
    return copy(this.book.report(name, id, fence, fact));
  }

  async renew(name: string, id: string, fence: number): Promise<void> {
    this.book.renew(name, id, fence);
  }

  /** What an operator does with `ghost saga retry` and `skip`. */
  async obey(name: string, id: string, is: "retry" | "skip", step?: string): Promise<void> {
    this.book.obey(name, id, is, { step });
  }

  async free(name: string, holder: string, limit: number): Promise<readonly string[]> {
    const isFree = (saga: Kept) => saga.holder === "" || succeeds(holder, saga.holder) || saga.leaseEnds <= this.now();
    const free = [...this.sagas.values()].filter((saga) => saga.name === name && !isAtRest(saga.state) && isFree(saga));
    return free.slice(0, limit).map(({ id }) => id);
  }

  async listen(listener: (notice: SagaNotice) => void): Promise<() => Promise<void>> {
    this.listeners.add(listener);
    return async () => void this.listeners.delete(listener);
  }

  find(name: string, id: string): Kept | undefined {
    const saga = this.sagas.get(JSON.stringify([name, id]));
    // What is not written afterwards was not done.
    return saga && { ...saga };
  }

  make(name: string, id: string): Kept {
    const nobody = { holder: "", leaseEnds: 0, leaseMs: 0, fence: 0, plan: "" };
    return { name, id, state: "running", records: 0, text: 0, ...nobody, log: [] };
  }

  read(saga: Kept): SagaRecord[] {
    return saga.log.map((text) => JSON.parse(text) as SagaRecord);
  }

  write(saga: Kept, records: readonly string[]): void {
    this.sagas.set(JSON.stringify([saga.name, saga.id]), saga);
    saga.log.push(...records);
  }

  /** All programs are in this process: who comes later comes after the end of the one before. */
  mayLive(): boolean {
    return false;
  }

  tell(notice: SagaNotice): void {
    Promise.resolve().then(() => {
      for (const listener of this.listeners) listener(notice);
    });
  }
}

/** As it would come from a hub: nobody's own objects. */
function copy(turn: SagaTurn): SagaTurn {
  return JSON.parse(JSON.stringify(turn)) as SagaTurn;
}
