/** The sagas of one namespace: who holds which, what is written down, and what comes next. The hub keeps such a book on disk, a test in memory. */
import type { ErrorCode } from "../errors/catalogue.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { againAt, decide } from "./decide.ts";
import { succeeds } from "./holder.ts";
import { SAGA_LIMITS } from "./limits.ts";
import { parseJson, parsePlan, type SagaPlan } from "./plan.ts";
import { fateOf, replay, type SagaProgress, type StepProgress } from "./progress.ts";
import { failureOf, type SagaEvent, type SagaRecord } from "./records.ts";
import { isAtRest, resultOf, resultsOf, type SagaState, stateOf } from "./result.ts";
import type { SagaClaim, SagaNotice, SagaTurn } from "./saga-log.ts";

/** A saga's own line in the book. */
export interface KeptSaga {
  readonly name: string;
  readonly id: string;
  state: SagaState;
  /** How many records it has, and how long they are together. */
  records: number;
  text: number;
  /** Empty: nobody. */
  holder: string;
  /** Until when it is held, milliseconds since 1970, and for how long it was claimed. */
  leaseEnds: number;
  leaseMs: number;
  fence: number;
  plan: string;
}

/** What keeps the lines and the records. */
export interface SagaShelf<Kept extends KeptSaga = KeptSaga> {
  /** Milliseconds since 1970. */
  now(): number;
  find(name: string, id: string): Kept | undefined;
  /** A new line, which is kept by the first `write`. Throws LIMIT_EXCEEDED where there are too many. */
  make(name: string, id: string): Kept;
  read(saga: Kept): SagaRecord[];
  /** Keeps the line as it is now, and adds records. */
  write(saga: Kept, records: readonly string[]): void;
  /** Whether the one who holds it may still be alive: then a later life of it has to wait for the end of the lease, as everybody else. */
  mayLive(saga: Kept): boolean;
  /** Tells all programs. */
  tell(notice: SagaNotice): void;
}

/** Names and ids stand in logs and on terminals. Those that were begun with one before it was refused go on. */
const CONTROL = /\p{Cc}/u;

/** A saga with its records, while something is done with it. */
interface Open<Kept> {
  readonly saga: Kept;
  readonly records: SagaRecord[];
  readonly added: string[];
}

export class SagaBook<Kept extends KeptSaga = KeptSaga> {
  private readonly shelf: SagaShelf<Kept>;

  constructor(shelf: SagaShelf<Kept>) {
    this.shelf = shelf;
  }

  /** As `SagaLog` says. Throws NOT_FOUND for one that is not there and is not to begin. */
  claim(name: string, id: string, claim: SagaClaim, input?: string): SagaTurn {
    checkClaim(name, id, claim);
    const plan = parsePlan(claim.plan);
    const found = this.shelf.find(name, id);
    if (!found && input === undefined) throw missing(name, id);
    const open = found ? this.open(found) : this.begin(name, id, plan, input ?? "null");
    const { saga } = open;
    if (isAtRest(saga.state) || this.isOthers(saga, claim.holder))
      return { fence: 0, state: saga.state, ...(isAtRest(saga.state) && { result: resultOf(replay(open.records)) }) };
    const { holder, leaseMs } = claim;
    Object.assign(saga, { holder, leaseMs, plan: claim.plan, fence: saga.fence + 1 });
    return this.next(open, plan);
  }

  report(name: string, id: string, fence: number, fact?: string): SagaTurn {
    const open = this.open(this.held(name, id, fence));
    const plan = parsePlan(open.saga.plan);
    if (fact !== undefined) this.take(open, plan, fact);
    return this.next(open, plan);
  }

  renew(name: string, id: string, fence: number): void {
    const saga = this.held(name, id, fence);
    saga.leaseEnds = this.shelf.now() + saga.leaseMs;
    this.shelf.write(saga, []);
  }

  /** An operator's word on what is parked: of one step, or of all; `by`: who says it. Throws NOT_FOUND, and USAGE where nothing of it is parked. */
  obey(name: string, id: string, is: "retry" | "skip", { step, by }: { readonly step?: string; readonly by?: string } = {}): void {
    const saga = this.shelf.find(name, id);
    if (!saga) throw missing(name, id);
    const open = this.open(saga);
    const before = replay(open.records);
    const isParked = [...before.steps.values()].some((each) => fateOf(each) === "parked" && (step === undefined || each.name === step));
    if (!isParked && (before.parked === null || step !== undefined)) throw notParked(saga, is, before, step);
    this.add(open, { is, ...(step !== undefined && { step }), ...(by !== undefined && { by }) });
    saga.state = replay(open.records).error ? "compensating" : "running";
    this.shelf.write(saga, open.added);
    this.shelf.tell({ name, id, state: saga.state });
  }

  private isOthers(saga: Kept, by: string): boolean {
    const { holder, leaseEnds } = saga;
    if (holder === "" || holder === by || leaseEnds <= this.shelf.now()) return false;
    return !succeeds(by, holder) || this.shelf.mayLive(saga);
  }

  private begin(name: string, id: string, plan: SagaPlan, input: string): Open<Kept> {
    if (CONTROL.test(name + id)) throw refusal("USAGE", "a saga's name and its id have no control characters, such as a line end");
    const open = { saga: this.shelf.make(name, id), records: [], added: [] };
    const value = parseJson(input);
    if (value === undefined) throw refusal("USAGE", "its input is no JSON");
    this.add(open, { is: "started", input: value, steps: plan.map((step) => step.name) });
    return open;
  }

  private open(saga: Kept): Open<Kept> {
    return { saga, records: this.shelf.read(saga), added: [] };
  }

  private held(name: string, id: string, fence: number): Kept {
    const saga = this.shelf.find(name, id);
    if (saga && saga.holder !== "" && saga.fence === fence) return saga;
    throw new GhostError("LEASE_LOST", `cannot go on with the saga ${id}: it is not held under number ${fence} any more`);
  }

  /** Writes down how a step ended, if it is the one that was begun. */
  private take(open: Open<Kept>, plan: SagaPlan, text: string): void {
    const { step: name = "", undo = false, is, result, error } = (parseJson(text) ?? {}) as Record<string, never>;
    const progress = replay(open.records);
    const step = progress.steps.get(name);
    const isBegun = step?.is === "begun" && step.undo === undo;
    if (is === "done" && isBegun) this.add(open, { is, step: name, undo, ...(!undo && { result }) });
    else if (is === "failed" && isBegun) {
      const policy = plan.find((each) => each.name === name)?.[undo ? "undo" : "run"] ?? [1, 0, 0];
      const again = againAt(policy, step.failures + 1, progress.records, this.shelf.now());
      this.add(open, { is, step: name, undo, error: failureOf(error), ...(again !== undefined && { again }) });
    } else if (is !== "done" && is !== "failed") throw new GhostError("USAGE", `cannot take ${text} as the end of a step`);
  }

  /** Writes down what follows from the log by itself, and that the next step is begun. */
  private next(open: Open<Kept>, plan: SagaPlan): SagaTurn {
    for (;;) {
      const progress = replay(open.records);
      const action = decide(plan, progress);
      if (action?.do === "record") this.add(open, action.event);
      else {
        const waitMs = action ? Math.max(0, action.dueAt - this.shelf.now()) : 0;
        if (action && waitMs === 0) this.add(open, { is: "begun", step: action.step, undo: action.undo });
        const { fence, state } = this.close(open, plan);
        if (!action) return { fence: 0, state, result: resultOf(progress) };
        return { fence, state, ...(waitMs > 0 ? { waitMs } : tryOf(action, progress)) };
      }
    }
  }

  /** Keeps all of it. Who is at rest is held by nobody. */
  private close({ saga, records, added }: Open<Kept>, plan: SagaPlan): Kept {
    const { shelf } = this;
    saga.state = stateOf(plan, replay(records));
    saga.leaseEnds = shelf.now() + saga.leaseMs;
    if (isAtRest(saga.state)) saga.holder = "";
    shelf.write(saga, added);
    const { name, id, state } = saga;
    if (isAtRest(state)) shelf.tell({ name, id, state });
    return saga;
  }

  private add({ saga, records, added }: Open<Kept>, event: SagaEvent): void {
    const record = { ...event, at: this.shelf.now() } as SagaRecord;
    const text = JSON.stringify(record);
    checkRoom(saga, text);
    saga.records++;
    saga.text += text.length;
    records.push(record);
    added.push(text);
  }
}

function tryOf({ step, undo }: { step: string; undo: boolean }, progress: SagaProgress): Partial<SagaTurn> {
  return { step, undo, input: progress.input, results: resultsOf(progress) };
}

function checkClaim(name: string, id: string, { holder, leaseMs }: SagaClaim): void {
  const { nameMax, leaseMsMax } = SAGA_LIMITS;
  for (const text of [name, id, holder])
    if (text === "" || text.length > nameMax)
      throw refusal("LIMIT_EXCEEDED", `a saga's name, its id and its holder have 1 to ${nameMax} letters (nameMax)`);
  if (!(leaseMs >= 1 && leaseMs <= leaseMsMax)) throw refusal("USAGE", `it is held for 1 to ${leaseMsMax} ms`);
}

function checkRoom({ records, text }: KeptSaga, record: string): void {
  const { recordMax, recordsMax, textMax, smallMax } = SAGA_LIMITS;
  if (record.length > recordMax)
    throw refusal("LIMIT_EXCEEDED", `a record may have ${recordMax} letters, and this one has ${record.length} (recordMax)`);
  if (records >= recordsMax) throw refusal("LIMIT_EXCEEDED", `a saga may have ${recordsMax} records (recordsMax)`);
  if (text + record.length > textMax && record.length > smallMax)
    throw refusal("LIMIT_EXCEEDED", `its records may have ${textMax} letters together (textMax)`);
}

function refusal(code: ErrorCode, why: string): GhostError {
  return new GhostError(code, `cannot go on with the saga: ${why}`);
}

function missing(name: string, id: string): GhostError {
  return new GhostError("NOT_FOUND", `there is no saga ${name} ${id}`, { hint: "ghost saga list shows those that are there" });
}

function notParked(
  { name, id, state }: KeptSaga,
  is: string,
  { steps, planned, parked }: SagaProgress,
  step: string | undefined,
): GhostError {
  const what = step === undefined ? `nothing of it is parked (it is ${state})` : whyNotParked([...steps.values()], planned, parked, step);
  return new GhostError("USAGE", `cannot ${is} the saga ${name} ${id}: ${what}`, {
    hint: `ghost saga show ${name} ${id} tells how it stands`,
  });
}

function whyNotParked(steps: readonly StepProgress[], planned: readonly string[], reason: string | null, step: string): string {
  const names = [...new Set([...planned, ...steps.map(({ name }) => name)])];
  const parked = steps.filter((each) => fateOf(each) === "parked").map(({ name }) => name);
  const which =
    reason === null ? `parked ${parked.length === 1 ? "is" : "are"} ${parked.join(", ") || "none"}` : "the saga as a whole is parked";
  return names.includes(step)
    ? `its step ${step} is not parked; ${which}`
    : `it has no step ${step}, its steps are ${names.join(", ")}; ${which}`;
}
