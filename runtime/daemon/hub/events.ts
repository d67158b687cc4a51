import type { HistoryEntry } from "../../../core/api/wire.ts";
import { isOwnName } from "../../../core/config/own-processes.ts";
import { pidOf } from "../../../core/lifecycle/view.ts";
import type { Supervised } from "../../supervisor/supervised.ts";
import type { HubLine } from "./line.ts";

/** Changes that wait for a hub that is just starting again; older ones are dropped. */
const QUEUE_MAX = 1_000;

/** The hub as those see it who have something to say on its bus. */
export interface Audience {
  /** `awaited`: it will be there in a moment; `absent`: nobody can hear, and nothing is missed. */
  readonly presence: "there" | "awaited" | "absent";
  readonly line: HubLine;
}

/**
 * What the daemon says on the bus: `ghost:process:NAME` (each change of state, as `GET /v1/events` tells it), `ghost:config` (a new configuration is in
 * force), `ghost:config:NAME` (an app's) and `metrics:NAME` (each sample). It never starts the hub and never waits for it: what cannot be said now waits in a short queue, or is dropped and counted.
 */
export class HubEvents {
  private readonly audience: Audience;
  private queue: (readonly string[])[] = [];
  published = 0;
  dropped = 0;

  constructor(audience: Audience) {
    this.audience = audience;
  }

  /** Tells of an entry of the history. */
  changed(entry: HistoryEntry): void {
    const channel = channelOf(entry);
    // Kept by the hub for a while: who was away for a moment hears of it.
    if (channel !== null) this.say(["GHOST.PUBLISH", channel, JSON.stringify(entry)]);
  }

  /** Tells an app of its new configuration: GHOST_CONFIG on `ghost:config:NAME`, once for all instances. */
  configured({ definition: { name, app }, instance }: Supervised): void {
    if (app && instance === 0) this.say(["GHOST.PUBLISH", `ghost:config:${name}`, app.config]);
  }

  /** Tells of the samples that were just taken. Older ones are worth nothing: they do not wait. */
  sampled(processes: readonly Supervised[]): void {
    if (this.audience.presence !== "there") return;
    const time = new Date().toISOString();
    for (const { definition, instance, usage, machine } of processes) {
      const pid = pidOf(machine);
      if (pid === null) continue;
      const { project, name } = definition;
      this.send(["PUBLISH", `metrics:${name}`, JSON.stringify({ time, project, name, instance, pid, ...usage })]);
    }
  }

  /** The hub is there: what waited is said. */
  flush(): void {
    const waiting = this.queue;
    this.queue = [];
    for (const words of waiting) this.send(words);
  }

  /** The hub is gone, and will not be back by itself: nobody waits for anything. */
  forget(): void {
    this.queue = [];
  }

  private say(words: readonly string[]): void {
    const { presence } = this.audience;
    if (presence === "there") return this.send(words);
    if (presence === "absent") return;
    this.queue.push(words);
    if (this.queue.length <= QUEUE_MAX) return;
    this.queue.shift();
    this.dropped += 1;
  }

  private send(words: readonly string[]): void {
    const sent = this.audience.line.offer(words, (isDone) => {
      if (isDone) this.published += 1;
      else this.dropped += 1;
    });
    if (!sent) this.dropped += 1;
  }
}

/** Null for what is not for the bus: the hub's own life (who hears it is alive), the daemon's, and entries that tell of no state. */
function channelOf({ project, name, to, cause }: HistoryEntry): string | null {
  if (cause.kind === "configuration-changed") return "ghost:config";
  if (project === null || name === null || to === null || isOwnName({ project, name })) return null;
  return `ghost:process:${name}`;
}
