import { setTimeout as delay } from "node:timers/promises";
import type { ForegroundUpdate } from "../../core/api/foreground.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import type { DaemonClient } from "../client/client.ts";
import { isPassing } from "../client/follow-events.ts";
import { readProcess } from "../process/table.ts";
import type { ForegroundChange, ForegroundRun } from "./run.ts";

/** The pause before a daemon that went away is asked again, in ms; the next one is there within 2 s. */
const RETRY_PAUSE_MS = 100;
/** Changes that wait for a daemon; the oldest are dropped. */
const WAITING_MAX = 100;
/** How long a daemon that had to be started may take to hear of a run that is over already, in ms. */
const CONTACT_MS = 5_000;
/** How long the last changes may take at the end of a run, in ms. */
const LAST_WORDS_MS = 500;

/** How the daemon is reached. */
export interface AnnouncementClients {
  /** Starts one where none runs, but for tests. */
  readonly first: DaemonClient;
  /** Starts none: the next one comes by itself, or was stopped on purpose. */
  readonly later: DaemonClient;
  readonly by: string;
  readonly purpose: "run" | "test";
  /** Told what ends it, as the rest of a sentence about it: nobody did that here. */
  readonly say: (text: string) => void;
  /** Told once, why nothing of this is known to the daemon. */
  readonly warn: (text: string) => void;
}

/** Has the daemon know of a run for as long as it lasts, and hands on what the daemon is asked for. A daemon that goes is told anew when it is back. */
export class Announcement {
  private readonly run: ForegroundRun;
  private readonly clients: AnnouncementClients;
  private readonly ending = new AbortController();
  private waiting: ForegroundUpdate[] = [];
  private id: string | null = null;
  /** What the daemon knows it as. */
  private told: ProcessDefinition | null = null;
  private telling: Promise<void> = Promise.resolve();
  private isTelling = false;
  /** Resolves once a daemon knows of the run, or will not. */
  private readonly contacted: Promise<void>;
  private contact!: () => void;

  constructor(run: ForegroundRun, clients: AnnouncementClients) {
    this.run = run;
    this.clients = clients;
    this.contacted = new Promise((resolve) => {
      this.contact = resolve;
    });
  }

  /** Begins, and never throws: what runs does not depend on being seen. */
  async begin(): Promise<void> {
    let client = this.clients.first;
    while (!this.ending.signal.aborted) {
      const problem = await this.listen(client).catch((error: unknown) => error as Error);
      const wasKnown = this.id !== null;
      this.id = null;
      this.contact();
      // One that was there and is gone comes back; what is refused at the first attempt is refused for good.
      if (problem && !wasKnown && (client === this.clients.first || !isPassing(problem))) {
        if (!this.ending.signal.aborted && this.clients.purpose === "run") this.clients.warn(`it is not in ghost list: ${problem.message}`);
        return;
      }
      client = this.clients.later;
      await delay(RETRY_PAUSE_MS, undefined, { signal: this.ending.signal }).catch(() => undefined);
    }
  }

  /** Tells what has just changed. */
  changed({ from, to, cause }: ForegroundChange): void {
    const definition = this.run.seen();
    const isNews = this.told !== null && this.told !== definition;
    if (isNews) this.told = definition;
    const update = { machine: this.run.machine, from, to, cause, ...(isNews && { definition }) };
    this.waiting = [...this.waiting, update].slice(-WAITING_MAX);
    if (this.id !== null) this.tell();
  }

  /** Tells what is left to tell, and is forgotten. */
  async end(): Promise<void> {
    // A daemon that was just being started is not left half started.
    await within(CONTACT_MS, this.contacted);
    await within(LAST_WORDS_MS, this.telling);
    this.ending.abort();
  }

  private async listen(client: DaemonClient): Promise<void> {
    const { machine } = this.run;
    const definition = this.run.seen();
    this.told = definition;
    const { by, purpose } = this.clients;
    const runner = { pid: process.pid, startTicks: readProcess(process.pid)?.startTicks ?? 0 };
    for await (const word of client.announce({ definition, machine, by, purpose, runner }, this.ending.signal)) {
      if ("event" in word) this.take(word.event);
      else if ("restart" in word) this.run.definition = { ...this.run.definition, restart: word.restart };
      else {
        this.id = word.id;
        // A daemon that is told anew was not asked about this.
        if (client === this.clients.first) this.tellBeside(word.beside ?? []);
        this.contact();
        this.tell();
      }
    }
  }

  private take(event: Event): void {
    if (event.type === "stop") this.clients.say(event.cause.text);
    this.run.asked(event);
  }

  /** Two of one name are meant at times, and else the reason of much that is hard to explain. */
  private tellBeside(pids: readonly number[]): void {
    if (pids.length === 0 || this.clients.purpose === "test") return;
    const { name } = this.run.definition;
    const which = `${pids.length > 1 ? "pids" : "pid"} ${pids.join(", ")}`;
    this.clients.warn(
      `${name} runs already (${which}): what they keep in the hub under this name is the same, and what each does by time is done twice`,
    );
  }

  private tell(): void {
    if (this.isTelling) return;
    this.isTelling = true;
    this.telling = this.tellAll().finally(() => {
      this.isTelling = false;
    });
  }

  /** One after the other, in their order. */
  private async tellAll(): Promise<void> {
    for (let update = this.waiting[0]; update !== undefined && this.id !== null; update = this.waiting[0]) {
      try {
        await this.clients.later.tellChange(this.id, update);
        if (this.waiting[0] === update) this.waiting.shift();
      } catch {
        // The daemon is gone, or has just come and does not know us yet: it is told when it does.
        this.id = null;
      }
    }
  }
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const limit = new AbortController();
  await Promise.race([work, delay(limitMs, undefined, { signal: limit.signal }).catch(() => undefined)]);
  limit.abort();
}
