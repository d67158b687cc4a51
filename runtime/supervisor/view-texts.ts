import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { viewOf } from "./views.ts";

/** Texts that nobody asked for during this time are forgotten, in ms: they are for whoever looks again and again, and cost 1 KB a process. */
const FORGOTTEN_MS = 10_000;

/** What a view is made of, and its text. */
interface Remembered {
  readonly parts: readonly unknown[];
  readonly text: string;
}

/**
 * Views as JSON text. That of a process that just runs is kept until something of it changes, most often its next sample: a table of 100 that is
 * asked for again costs the daemon 0.4 ms instead of 1.2.
 */
export class ViewTexts {
  private readonly supervisor: Supervisor;
  private remembered = new Map<Supervised, Remembered>();
  private readonly forget: ReturnType<typeof setTimeout>;

  constructor(supervisor: Supervisor) {
    this.supervisor = supervisor;
    this.forget = setTimeout(() => {
      this.remembered = new Map();
    }, FORGOTTEN_MS).unref();
  }

  /** One JSON array. */
  of(processes: readonly Supervised[]): string {
    this.forget.refresh();
    return `[${processes.map((process) => this.textOf(process)).join(",")}]`;
  }

  private textOf(process: Supervised): string {
    const { machine, usage, definition, why, nextRunMs } = process;
    // Of all others something depends on the time, or on other processes.
    if (machine.state.at !== "running" || machine.recent.length > 0) return JSON.stringify(viewOf(this.supervisor, process));
    const parts = [machine, usage, definition, why, nextRunMs, this.supervisor.groups.namesOf(process)];
    const known = this.remembered.get(process);
    if (known?.parts.every((part, index) => part === parts[index])) return known.text;
    const text = JSON.stringify(viewOf(this.supervisor, process));
    this.remembered.set(process, { parts, text });
    return text;
  }
}
