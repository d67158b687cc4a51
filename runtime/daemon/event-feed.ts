import type { HistoryEntry } from "../../core/api/wire.ts";

type Listener = (entry: HistoryEntry) => void;

/** Tells every change to whoever listens at the moment. */
export class EventFeed {
  private readonly listeners = new Set<Listener>();

  /** How many listen. */
  get size(): number {
    return this.listeners.size;
  }

  publish(entry: HistoryEntry): void {
    for (const listener of this.listeners) listener(entry);
  }

  /** Gives the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
