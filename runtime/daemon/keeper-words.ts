/** What people are told of the keeper. */
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { Keeper } from "../process/keeper.ts";
import type { Store } from "../supervisor/store.ts";
import { log } from "./journal.ts";
import type { Mode } from "./mode.ts";
import { daemonEntry } from "./past.ts";

/** Tells log, history and events when the keeper is lost, or refused by the system. */
export function followKeeper(keeper: Keeper, store: Store, announce: (entry: HistoryEntry) => void): void {
  keeper.onTrouble = (kind, text) => {
    log(text);
    announce(store.addHistory(daemonEntry(kind, text)));
  };
}

/** What a person should know as long as the system refuses a keeper; where a service manager starts the next daemon, the keeper only holds what waits in the pipes. */
export function keeperWarnings({ trouble }: Keeper, mode: Mode): string[] {
  if (!trouble) return [];
  const loss = "what processes write before their end, while no daemon is there, would be lost";
  const consequence = trouble.stands || mode === "foreground" ? loss : "a daemon that is killed would not come back";
  return [`the keeper is ${trouble.stands ? "not complete" : "missing"}, so ${consequence}: ${trouble.why}`];
}
