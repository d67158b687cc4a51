import { hostname } from "node:os";
import { type AlertEvent, judge, type Trouble } from "../../core/alerts/alerts.ts";
import type { Cause, HistoryEntry } from "../../core/api/wire.ts";
import type { Hooks } from "../../core/config/definition.ts";
import { maskValues } from "../../core/config/secrets.ts";
import { crashLoopEndMs } from "../../core/lifecycle/state.ts";
import { pidOf, statusOf } from "../../core/lifecycle/view.ts";
import type { HookCounts } from "../../core/metrics/values.ts";
import { isOfGuest } from "./guests.ts";
import { HookQueue } from "./hook-queue.ts";
import { lastLinesOf } from "./last-lines.ts";
import { keyOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Where it rests in the state what was told of whom and is not over. */
const META_KEY = "alerts";

/** What the daemon's own file says of hooks. */
export interface NodeHooks {
  /** What the node is called; null: by the name of the machine. */
  readonly id: string | null;
  readonly on: Hooks;
}

/**
 * Runs the commands of `on:` when a process fails, crash-loops, becomes unhealthy or recovers: the node's, and in addition
 * the process's own. What was told is remembered over the end of the daemon, so that nothing is told twice and each
 * trouble has its `recovered`.
 */
export class HookRunner {
  /** Replaced when the daemon's configuration changes. */
  node: NodeHooks;
  private readonly supervisor: Supervisor;
  private readonly queue: HookQueue;
  private readonly told: Map<string, readonly Trouble[]>;
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(supervisor: Supervisor, node: NodeHooks, log: (text: string) => void) {
    this.supervisor = supervisor;
    this.node = node;
    this.queue = new HookQueue(supervisor, log);
    this.told = readTold(supervisor.parts.store.getMeta(META_KEY));
  }

  /** Looks at the process that an entry of the history is about; of what somebody runs in the foreground, and looks at, nothing is told. */
  observe(entry: HistoryEntry): void {
    if (entry.project === null || entry.name === null || isOfGuest(entry)) return;
    const process = this.supervisor.processes.get(keyOf({ project: entry.project, name: entry.name }, entry.instance));
    if (process) this.look(process, entry.to === "failed" && entry.from !== "failed", entry.cause);
  }

  counts(): HookCounts {
    return this.queue.counts();
  }

  /** Forgets what waits; what runs has a moment to end, then it is killed. */
  async stop(): Promise<void> {
    for (const timer of this.timers.values()) clearTimeout(timer);
    await this.queue.stop();
  }

  private look(process: Supervised, failedAnew: boolean, cause: Cause): void {
    const before = this.told.get(process.key) ?? [];
    if (before.length === 0 && !this.hasHooks(process)) return;
    const { machine, definition } = process;
    const nowMs = Date.now();
    const endMs = machine.desired === "up" ? crashLoopEndMs(machine, nowMs) : null;
    const { told, tell, againMs } = judge(before, {
      status: statusOf(machine),
      failedAnew,
      crashLoopMs: endMs === null ? null : endMs - nowMs,
      checked: definition.healthCheck !== null,
      runMs: machine.state.at === "running" && machine.startedMs !== null ? nowMs - machine.startedMs : null,
    });
    this.remember(process, told);
    this.lookAgain(process, againMs, cause);
    for (const event of tell) this.tell(process, event, cause);
  }

  private lookAgain(process: Supervised, inMs: number | null, cause: Cause): void {
    clearTimeout(this.timers.get(process.key));
    this.timers.delete(process.key);
    if (inMs === null) return;
    const again = (): void => {
      this.timers.delete(process.key);
      if (this.supervisor.processes.get(process.key) === process) this.look(process, false, cause);
    };
    this.timers.set(process.key, setTimeout(again, inMs + 1).unref());
  }

  private hasHooks({ definition }: Supervised): boolean {
    return Object.keys(this.node.on).length > 0 || Object.keys(definition.on).length > 0;
  }

  private tell(process: Supervised, event: AlertEvent, cause: Cause): void {
    const commands = [
      { scope: "node", command: this.node.on[event] },
      { scope: "process", command: process.definition.on[event] },
    ] as const;
    let message: string | undefined;
    for (const { scope, command } of commands) {
      if (command === undefined) continue;
      const input = (): string => (message ??= this.describe(process, event, cause));
      this.queue.add({ process, event, scope, command, input });
    }
  }

  /** The JSON that a hook gets. */
  private describe(process: Supervised, event: AlertEvent, cause: Cause): string {
    const { definition, machine, instance } = process;
    const { lastExit } = machine;
    const why = maskValues(cause.text, process.secretValues);
    const message = {
      event,
      time: new Date().toISOString(),
      node: this.node.id ?? hostname(),
      host: hostname(),
      home: this.supervisor.parts.home.root,
      project: definition.project,
      name: definition.name,
      instance,
      status: statusOf(machine),
      why,
      cause: { ...cause, text: why },
      pid: pidOf(machine),
      exitCode: lastExit?.code ?? null,
      exitSignal: lastExit?.signal ?? null,
      restarts: machine.restarts,
      lastLines: lastLinesOf(this.supervisor, process),
    };
    return `${JSON.stringify(message)}\n`;
  }

  private remember(process: Supervised, told: readonly Trouble[]): void {
    const before = this.told.get(process.key) ?? [];
    if (before.length === told.length) return;
    if (told.length === 0) this.told.delete(process.key);
    else this.told.set(process.key, told);
    for (const key of this.told.keys()) if (!this.supervisor.processes.has(key)) this.told.delete(key);
    this.supervisor.parts.store.setMeta(META_KEY, JSON.stringify(Object.fromEntries(this.told)));
  }
}

/** What cannot be read was never told: a message too many is better than none. */
function readTold(text: string | undefined): Map<string, readonly Trouble[]> {
  try {
    return new Map(Object.entries(JSON.parse(text ?? "{}") as Record<string, readonly Trouble[]>));
  } catch {
    return new Map();
  }
}
