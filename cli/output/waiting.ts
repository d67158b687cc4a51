import type { ActionResult, ActionWait } from "../../core/api/wire.ts";
import { labelOf } from "./log-lines.ts";
import type { Paint } from "./paint.ts";
import { tame } from "./width.ts";

/** Who is not ready yet, and what each waits for: kept from the lines of one action. */
export class WaitingList {
  private readonly entries = new Map<string, string>();

  /** Takes a line in; gives what is new as a phrase, `api (redis (healthy))`, or null where it says nothing new. */
  note({ waiting }: ActionWait): string | null {
    const name = labelOf(waiting, false);
    const phrase = tame(waiting.for.length > 0 ? `${name} (${waiting.for.join(", ")})` : `${name} (its health check)`);
    const key = keyOf(waiting);
    if (this.entries.get(key) === phrase) return null;
    this.entries.set(key, phrase);
    return phrase;
  }

  /** It waits no longer: its outcome is there. */
  settle(result: ActionResult): void {
    this.entries.delete(keyOf(result));
  }

  phrases(): string[] {
    return [...this.entries.values()];
  }
}

function keyOf({ project, name, instance }: { project: string; name: string; instance: number }): string {
  return `${project}/${name}:${instance}`;
}

/** `waiting: api (redis (healthy)), worker (api)`. */
export function renderWaiting(phrases: readonly string[], paint: Paint): string {
  return `${paint.yellow("waiting:")} ${phrases.join(", ")}`;
}
