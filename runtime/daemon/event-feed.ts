import type { HistoryEntry } from "../../core/api/wire.ts";
import { Observers } from "../supervisor/observers.ts";
import { log } from "./journal.ts";

/** Tells every change to whoever listens at the moment. */
export class EventFeed {
  private readonly observers = new Observers<HistoryEntry>(log);

  publish(entry: HistoryEntry): void {
    this.observers.tell(entry);
  }

  /** Gives the function that ends it. */
  subscribe(listener: (entry: HistoryEntry) => void): () => void {
    return this.observers.add(listener);
  }
}
