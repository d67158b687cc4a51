import type { HealthCheck } from "../../core/config/definition.ts";
import { formatDuration } from "../../core/config/units.ts";
import { nextQuestionMs } from "../../core/health/schedule.ts";
import { type HealthState, judge, type Report, type Verdict } from "../../core/health/thresholds.ts";
import type { Answer, Prober } from "./prober.ts";

/** Where a prober has more to look at, the next look comes after this time, in ms, so that a flood takes a bounded share of the CPU. */
const MORE_MS = 20;
/** The longest that a timer of this runtime can wait, in ms. */
const TIMER_MS_MAX = 2_147_483_647;

/** An answer with the time it took. */
export interface TimedAnswer extends Answer {
  /** In ms, to a tenth. */
  readonly latencyMs: number;
}

/** What a loop works with. */
export interface LoopParts {
  readonly check: HealthCheck;
  readonly prober: Prober;
  /** `graceEndsMs` by `Date.now()`. */
  readonly begin: HealthState;
  /** When the run began, by `Date.now()`. */
  readonly runStartedMs: number;
  readonly onAnswer: (answer: TimedAnswer) => void;
  /** `answer`: the last one; null: there was none yet. */
  readonly onVerdict: (verdict: Verdict, answer: TimedAnswer | null) => void;
}

/** Asks a prober again and again, one question at a time, and judges the answers. */
export class HealthLoop {
  private readonly parts: LoopParts;
  private state: HealthState;
  private last: TimedAnswer | null = null;
  private stopped = false;
  /** True from a question on until its prober has put away all that it used. */
  private asking = false;
  private readonly whenStopped = new AbortController();
  private questionTimer: ReturnType<typeof setTimeout> | undefined;
  private graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: LoopParts) {
    this.parts = parts;
    this.state = parts.begin;
  }

  start(): void {
    if (this.state.health === "unknown") this.awaitGrace();
    // What was judged before waits for its turn; a new run is asked soon.
    this.plan(this.pauseMs());
  }

  /** Ends all that is under way. No word comes from it any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.questionTimer);
    clearTimeout(this.graceTimer);
    this.whenStopped.abort();
  }

  private awaitGrace(): void {
    const leftMs = Math.max(0, this.state.graceEndsMs - Date.now());
    this.graceTimer = setTimeout(
      () => {
        this.report("time");
        if (!this.stopped && this.state.health === "unknown") this.awaitGrace();
      },
      Math.min(leftMs + 1, TIMER_MS_MAX),
    );
  }

  private plan(delayMs: number): void {
    this.questionTimer = setTimeout(() => void this.ask(), Math.min(delayMs, TIMER_MS_MAX));
  }

  private async ask(): Promise<void> {
    const answer = this.asking ? STILL_ASKING : await this.askOnce();
    if (this.stopped) return;
    this.last = answer;
    this.parts.onAnswer(answer);
    this.report(answer.ok ? "passed" : "failed");
    // The verdict may have ended this watch.
    if (this.stopped || (answer.ok && this.parts.prober.once)) return;
    this.plan(answer.more ? MORE_MS : this.pauseMs());
  }

  /** Resolves at the time-out at the latest; the prober may take longer to end what it began. */
  private async askOnce(): Promise<TimedAnswer> {
    const { prober, check } = this.parts;
    const beganMs = performance.now();
    const cut = new AbortController();
    const abort = (): void => cut.abort();
    this.whenStopped.signal.addEventListener("abort", abort);
    this.asking = true;
    const asked = prober.ask(cut.signal).finally(() => {
      this.asking = false;
      this.whenStopped.signal.removeEventListener("abort", abort);
    });
    const answer = prober.unhurried ? await asked : await within(check.timeoutMs, asked, abort);
    return { ...answer, latencyMs: Math.round((performance.now() - beganMs) * 10) / 10 };
  }

  private report(report: Report): void {
    const { state, verdict } = judge(this.parts.check, this.state, report, Date.now());
    this.state = state;
    if (verdict) this.parts.onVerdict(verdict, this.last);
  }

  private pauseMs(): number {
    const ageMs = Math.max(0, Date.now() - this.parts.runStartedMs);
    return nextQuestionMs(this.parts.check, this.state, ageMs, performance.now());
  }
}

const STILL_ASKING: TimedAnswer = { ok: false, detail: "the probe before has still not ended, although it was killed", latencyMs: 0 };

/** How long a prober may take to end what it began, in ms, after its time is up. */
const ENDING_MS = 200;

/** The answer, or at the time-out the failure that says how far it came. */
async function within(timeoutMs: number, asked: Promise<Answer>, abort: () => void): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), timeoutMs)));
  const inTime = await Promise.race([asked, late]);
  clearTimeout(timer);
  if (inTime) return inTime;
  abort();
  const ended = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ENDING_MS)));
  const partial = await Promise.race([asked, ended]);
  clearTimeout(timer);
  return { ok: false, detail: `no answer within ${formatDuration(timeoutMs)}${partial?.detail ? `: ${partial.detail}` : ""}` };
}
