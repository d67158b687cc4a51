import type { Schedule } from "../../core/config/definition.ts";
import { hasCompleted } from "../../core/lifecycle/state.ts";
import { judgeDue, LATE_MS_MAX, nextDueMs } from "../../core/schedule/due.ts";
import { isIdle } from "./actions.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * The longest sleep of the one timer, in ms. Timers stand still while a machine sleeps and know nothing of a clock that is
 * set: so soon at the latest it is noticed, which is less than a run may be late (`LATE_MS_MAX`).
 */
const STEP_MS_MAX = 30_000;
/** Rows of `meta`: when each armed process is due, and which ones run though they are not armed. */
const DUE_ROW = "schedules";
const TRIGGERED_ROW = "triggered";

/** What is on disk of one armed process: its schedule, and when it was due next. */
type StoredDue = readonly [cron: string, timezone: string | null, dueMs: number];

interface Armed {
  readonly process: Supervised;
  readonly schedule: Schedule;
  dueMs: number | null;
  /** Runs that were skipped since the current one began. */
  skipped: number;
}

/** True when a start of this process means that its schedule counts from now on, and not that it runs at once. */
export function isArmedByStart({ definition, machine }: Supervised): boolean {
  return definition.schedule !== null && isIdle(machine);
}

/** Lets the schedule of a process count from now on; gives false when it did before. */
export function arm(supervisor: Supervisor, process: Supervised, by: string): boolean {
  if (process.machine.desired === "up" && !process.triggered) return false;
  process.triggered = false;
  supervisor.dispatch(process, { type: "arm", armed: true, cause: { kind: "armed", text: `armed by ${by}` } });
  return true;
}

/**
 * Runs one-shots at their times, all of them by one timer. A schedule counts while its process is wanted up. A run that is
 * due while the last one goes on is skipped and told; so are runs whose time passed while no daemon was there.
 */
export class Schedules {
  private readonly supervisor: Supervisor;
  private readonly armed = new Map<string, Armed>();
  /** What the daemon before this one left, until each process is seen for the first time. */
  private readonly before: Map<string, StoredDue>;
  private readonly triggeredBefore: Set<string>;
  private readonly triggered = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private unsaved = false;
  /** Ms since 1970, as the machine's clock says. */
  private readonly clock: () => number;
  private lastLookMs: number;

  /** Reads what the last daemon knew; nothing runs before `start`. */
  constructor(supervisor: Supervisor, clock: () => number = Date.now) {
    this.supervisor = supervisor;
    this.clock = clock;
    this.lastLookMs = clock();
    const { store } = supervisor.parts;
    this.before = new Map(Object.entries(JSON.parse(store.getMeta(DUE_ROW) ?? "{}") as Record<string, StoredDue>));
    this.triggeredBefore = new Set(JSON.parse(store.getMeta(TRIGGERED_ROW) ?? "[]") as string[]);
  }

  /** Brings the schedule of a process in line with its definition and with what is wanted of it. Called at each change of it. */
  update(process: Supervised): void {
    this.noteTriggered(process);
    const { schedule } = process.definition;
    const existing = this.armed.get(process.id);
    const known = this.supervisor.processes.get(process.key) === process;
    if (schedule === null || !known || process.machine.desired === "down" || process.triggered) {
      if (existing) this.disarm(process);
      return;
    }
    if (existing && sameTimes(existing.schedule, schedule)) this.noteEnd(existing);
    else this.begin(process, schedule);
  }

  /** From now on runs begin when they are due; what was missed is told. */
  start(): void {
    this.running = true;
    this.look(true);
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.timer);
    if (this.unsaved) this.save();
  }

  /** One that is not armed and was triggered is wanted up only until its run is over. */
  private noteTriggered(process: Supervised): void {
    if (this.triggeredBefore.delete(process.id)) process.triggered = true;
    if (process.triggered && isIdle(process.machine)) {
      process.triggered = false;
      this.supervisor.dispatch(process, { type: "arm", armed: false, cause: null });
    }
    if (process.triggered === this.triggered.has(process.id)) return;
    if (process.triggered) this.triggered.add(process.id);
    else this.triggered.delete(process.id);
    this.saveSoon();
  }

  private begin(process: Supervised, schedule: Schedule): void {
    const [cron, timezone, storedMs] = this.before.get(process.id) ?? [];
    this.before.delete(process.id);
    const isSame = cron === schedule.cron && timezone === schedule.timezone && storedMs !== undefined;
    const dueMs = isSame ? storedMs : nextDueMs(schedule, this.clock());
    this.armed.set(process.id, { process, schedule, dueMs, skipped: 0 });
    process.nextRunMs = dueMs;
    this.saveSoon();
    this.wait();
  }

  private disarm(process: Supervised): void {
    this.armed.delete(process.id);
    process.nextRunMs = null;
    this.saveSoon();
  }

  private look(first = false): void {
    const nowMs = this.clock();
    const wasSetBack = nowMs < this.lastLookMs - LATE_MS_MAX;
    this.lastLookMs = nowMs;
    for (const armed of [...this.armed.values()]) {
      if (wasSetBack) this.setDue(armed, nextDueMs(armed.schedule, nowMs));
      this.attend(armed, nowMs, first);
    }
    this.wait();
  }

  private attend(armed: Armed, nowMs: number, first: boolean): void {
    if (armed.dueMs === null) return;
    const verdict = judgeDue(armed.schedule, armed.dueMs, nowMs);
    switch (verdict.do) {
      case "wait":
        return;
      case "run":
        // Runs that came due within the same delay are one.
        this.setDue(armed, nextDueMs(armed.schedule, nowMs));
        return this.run(armed);
      case "report":
        this.reportMissed(armed, verdict, first);
        this.setDue(armed, nextDueMs(armed.schedule, verdict.lastMs));
        return this.attend(armed, nowMs, first);
      default:
        verdict satisfies never;
    }
  }

  private run({ process, schedule }: Armed): void {
    // What a completed run left behind is no run that goes on: it is ended, and the next one begins.
    const isOver = hasCompleted(process.machine);
    if (!isIdle(process.machine) && !isOver) return this.skip(process);
    process.startedBy = "schedule";
    const cause = { kind: "schedule", text: `started by its schedule (${schedule.cron})` };
    this.supervisor.dispatch(process, isOver ? { type: "restart", free: true, cause } : { type: "start", cause });
  }

  /** Told once for each run that takes too long, and in sum at its end: a schedule of seconds must not fill the history. */
  private skip(process: Supervised): void {
    const armed = this.armed.get(process.id);
    if (!armed) return;
    armed.skipped += 1;
    if (armed.skipped > 1) return;
    const { at } = process.machine.state;
    const last =
      at === "waiting"
        ? "the last one still waits to begin"
        : at === "backoff"
          ? "the last one is being tried again"
          : "the last one goes on";
    this.tell(process, "schedule-skipped", `a scheduled run was skipped: ${last}`, { skipped: 1 });
  }

  private noteEnd(armed: Armed): void {
    const { process, skipped } = armed;
    if (!isIdle(process.machine) || skipped === 0) return;
    armed.skipped = 0;
    if (skipped > 1)
      this.tell(process, "schedule-skipped", `${skipped} scheduled runs were skipped while the last one went on`, { skipped });
  }

  private reportMissed({ process }: Armed, missed: { count: number; more: boolean; lastMs: number }, first: boolean): void {
    const last = new Date(missed.lastMs).toISOString();
    const count = missed.more ? `at least ${missed.count}` : String(missed.count);
    const runs =
      missed.count === 1
        ? `a scheduled run was missed: it was due at ${last}`
        : `${count} scheduled runs were missed, the last due at ${last}`;
    const why = first ? "no daemon was there" : "the machine slept, or its clock was set";
    this.tell(process, "schedule-missed", `${runs}; ${why}`, { missed: missed.count, more: missed.more, last });
  }

  private tell(process: Supervised, kind: string, text: string, facts: Record<string, unknown>): void {
    this.supervisor.record(process, null, null, { kind, text, facts });
  }

  private setDue(armed: Armed, dueMs: number | null): void {
    armed.dueMs = dueMs;
    armed.process.nextRunMs = dueMs;
    this.saveSoon();
  }

  /** One timer for all, to the soonest. */
  private wait(): void {
    clearTimeout(this.timer);
    const due = [...this.armed.values()].flatMap(({ dueMs }) => (dueMs === null ? [] : [dueMs]));
    if (!this.running || due.length === 0) return;
    const leftMs = due.reduce((a, b) => Math.min(a, b)) - this.clock();
    this.timer = setTimeout(() => this.look(), Math.min(STEP_MS_MAX, Math.max(1, leftMs)));
  }

  private saveSoon(): void {
    if (this.unsaved) return;
    this.unsaved = true;
    queueMicrotask(() => this.unsaved && this.save());
  }

  private save(): void {
    this.unsaved = false;
    const due = [...this.armed].flatMap(([id, { schedule, dueMs }]) =>
      dueMs === null ? [] : [[id, [schedule.cron, schedule.timezone, dueMs]]],
    );
    this.supervisor.parts.store.setMeta(DUE_ROW, JSON.stringify(Object.fromEntries(due)));
    this.supervisor.parts.store.setMeta(TRIGGERED_ROW, JSON.stringify([...this.triggered]));
  }
}

function sameTimes(a: Schedule, b: Schedule): boolean {
  return a.cron === b.cron && a.timezone === b.timezone;
}
