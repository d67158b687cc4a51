import type { HistoryEntry } from "../../core/api/wire.ts";
import { bootId } from "../process/identity.ts";
import type { OpenedStore } from "../supervisor/open-store.ts";
import type { Past } from "../supervisor/restore.ts";
import type { NewHistory } from "../supervisor/store.ts";
import { version } from "../system/version.ts";
import { log } from "./journal.ts";

/**
 * How the daemon before this one ended. `ordered`: as it was told to, or there was none; `followed`: nobody ordered it, and its keeper brought this
 * one; `unfollowed`: the keeper was gone, too, so that for a while there was nobody.
 */
export type LastEnd = "ordered" | "followed" | "unfollowed";

const AFTER: Readonly<Record<LastEnd, string>> = {
  ordered: "started",
  followed: "came back after an end that nobody ordered",
  unfollowed: "started; the one before ended without an order, and nothing was supervised meanwhile",
};

/** An entry of the history that concerns the daemon itself. */
export function daemonEntry(kind: string, text: string): NewHistory {
  return { timeMs: Date.now(), project: null, name: null, instance: 0, from: null, to: null, cause: { kind, text } };
}

/** Tells log and history how this daemon came to be. */
export function tellBeginning(
  { store, damage, lostSecrets }: OpenedStore,
  announce: (entry: HistoryEntry) => void,
  lastEnd: LastEnd,
): void {
  const [last] = store.history(null, 1);
  const note = (kind: string, text: string): void => announce(store.addHistory(daemonEntry(kind, text)));
  if (damage) {
    const text = `${describeDamage(damage)}; history and counters begin anew`;
    log(text);
    note("state-damaged", text);
  }
  if (lostSecrets) {
    log(describeLoss(lostSecrets));
    note("secrets-damaged", describeLoss(lostSecrets));
  }
  const boot = store.getMeta("boot");
  if (boot !== undefined && boot !== bootId) note("boot", "the machine was started again");
  note(
    "daemon-started",
    `the daemon (${version}) ${AFTER[lastEnd]}${lastEnd === "unfollowed" && last ? `; the last record is of ${last.time}` : ""}`,
  );
}

/** Tells how many processes ran on while there was no daemon, if any did. */
export function tellTakenOver({ store }: OpenedStore, announce: (entry: HistoryEntry) => void, count: number): void {
  if (count === 0) return;
  const text = `took over ${count} ${count === 1 ? "process, which was" : "processes, which were"} not touched`;
  announce(store.addHistory(daemonEntry("took-over", text)));
}

/** How the last daemon ended, from its own record, which is begun anew. */
export function readPast({ store, damage }: OpenedStore): Past {
  const boot = store.getMeta("boot");
  const ended = store.getMeta("ended");
  store.setMeta("boot", bootId);
  store.setMeta("ended", "");
  const otherBoot = boot !== undefined && boot !== bootId;
  return { otherBoot, freshStart: ended === "stopped" || otherBoot || damage !== null, recovered: damage !== null };
}

/** What a person should know about the state: that it cannot be saved, that it or the secrets were damaged. */
export function stateWarnings({ store, damage, lostSecrets }: OpenedStore): string[] {
  const found: string[] = [];
  if (store.problem) found.push(`state is not saved: ${store.problem.message}${store.problem.hint ? ` (${store.problem.hint})` : ""}`);
  if (damage) found.push(describeDamage(damage));
  if (lostSecrets) found.push(describeLoss(lostSecrets));
  return found;
}

function describeLoss({ asideFile, reason }: NonNullable<OpenedStore["lostSecrets"]>): string {
  return `data/secrets was damaged (${reason}) and was set aside as ${asideFile}; what was registered with secrets starts only once it is registered again`;
}

function describeDamage({ asideFile, recovered, reason }: NonNullable<OpenedStore["damage"]>): string {
  const aside = asideFile === null ? "" : ` and was set aside as ${asideFile}`;
  return `state.db was damaged (${reason})${aside}; ${recovered} ${recovered === 1 ? "definition was" : "definitions were"} recovered from its copy`;
}
