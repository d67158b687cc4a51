import type { ActionResult, ActionWait } from "../../core/api/wire.ts";
import { labelOf } from "./log-lines.ts";
import type { Paint } from "./paint.ts";
import { tame } from "./width.ts";

/** Who is not ready yet, and what each waits for: kept from the lines of one action. */
export class WaitingList {
  private readonly entries = new Map<string, { readonly phrase: string; readonly isStarting: boolean }>();

  /** Takes a line in; gives what is new as a phrase, `api (redis (healthy))`, or null where it says nothing new. */
  note({ waiting }: ActionWait): string | null {
    const name = labelOf(waiting, false);
    const phrase = tame(waiting.for.length > 0 ? `${name} (${waiting.for.join(", ")})` : `${name} (its health check)`);
    const key = keyOf(waiting);
    if (this.entries.get(key)?.phrase === phrase) return null;
    this.entries.set(key, { phrase, isStarting: waiting.for.length === 0 });
    return phrase;
  }

  /** It waits no longer: its outcome is there. */
  settle(result: ActionResult): void {
    this.entries.delete(keyOf(result));
  }

  /** First those that are themselves starting, for whom the others wait: a line that is cut off must not lose them. */
  phrases(): string[] {
    const entries = [...this.entries.values()];
    return [...entries.filter(({ isStarting }) => isStarting), ...entries.filter(({ isStarting }) => !isStarting)].map(
      ({ phrase }) => phrase,
    );
  }
}

function keyOf({ project, name, instance }: { project: string; name: string; instance: number }): string {
  return `${project}/${name}:${instance}`;
}

/** `waiting: api (redis (healthy)), worker (api)`. */
export function renderWaiting(phrases: readonly string[], paint: Paint): string {
  return `${paint.yellow("waiting:")} ${phrases.join(", ")}`;
}
