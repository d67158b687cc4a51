/** What could not be saved, as the text that is put into the reserve for the next daemon. */
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { Machine } from "../../core/lifecycle/state.ts";

/** Writes to come: `KIND KEY` and the value, null to remove it. Kinds: `meta`, `run`, `results`, `members` and, where room is short, `desired`. */
export type Writes = ReadonlyMap<string, string | null>;

export interface Unsaved {
  readonly writes: readonly (readonly [what: string, text: string | null])[];
  readonly history: readonly HistoryEntry[];
}

/**
 * The text, within `bytesMax`: what matters least is left out first, the oldest history, then members and results, then all of a run but
 * whether it is wanted. Null where not even that fits.
 */
export function unsavedText(writes: Writes, history: readonly HistoryEntry[], bytesMax: number): string | null {
  const all = [...writes];
  const runs = all.filter(([what]) => what.startsWith("run "));
  const meta = all.filter(([what]) => what.startsWith("meta "));
  for (const chosen of [all, [...runs, ...meta], [...runs.map(wish), ...meta], runs.map(wish)]) {
    const left = bytesMax - Buffer.byteLength(text(chosen, []));
    if (left >= 0) return text(chosen, newest(history, left));
  }
  return null;
}

/** Undefined where the text is of another version. */
export function parseUnsaved(found: string): Unsaved | undefined {
  const { version, ...unsaved } = JSON.parse(found) as Unsaved & { readonly version: number };
  return version === 1 ? unsaved : undefined;
}

function text(writes: Unsaved["writes"], history: Unsaved["history"]): string {
  return JSON.stringify({ version: 1, writes, history });
}

function wish([what, machine]: readonly [string, string | null]): [string, string] {
  return [what.replace(/^run /, "desired "), (JSON.parse(machine ?? "{}") as Partial<Machine>).desired ?? "down"];
}

function newest(history: readonly HistoryEntry[], bytesMax: number): readonly HistoryEntry[] {
  let left = bytesMax;
  let from = history.length;
  while (from > 0) {
    // One byte more for the comma.
    left -= Buffer.byteLength(JSON.stringify(history[from - 1])) + 1;
    if (left < 0) break;
    from -= 1;
  }
  return history.slice(from);
}
